"""The market without a server: recorded sessions replayed, treatments and order-book markets run at full speed."""

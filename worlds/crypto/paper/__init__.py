"""Paper trading: the desk's decisions as orders on Bybit's test network, or on an exchange of this machine."""

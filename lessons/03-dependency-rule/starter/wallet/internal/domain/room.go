package domain

import walletv1 "shop/gen/wallet/v1"

// Room returns how much more the wallet may take, ready to be shown to a client.
func (w *Wallet) Room() *walletv1.Money {
	return &walletv1.Money{MinorUnits: MaxBalance - w.balance.minor, Currency: w.balance.currency}
}

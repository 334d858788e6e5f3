package domain

import "shop/platform/errs"

// ErrWalletFull refuses what a wallet cannot hold.
var ErrWalletFull error = errs.New(errs.Precondition, "WALLET_FULL", "wallet would hold more than it may")

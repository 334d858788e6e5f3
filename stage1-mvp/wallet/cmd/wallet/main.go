// Wallet keeps money as a ledger. Its environment is described in the README of the stage.
package main

import (
	"os"

	"stagecraft/stage1-mvp/wallet/internal/app"
)

func main() { os.Exit(app.Main()) }

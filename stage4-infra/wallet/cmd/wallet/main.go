// Command wallet keeps money as a ledger. It is configured by the environment alone.
package main

import (
	"os"

	"shop/platform/lifecycle"
	"shop/wallet/internal/app"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

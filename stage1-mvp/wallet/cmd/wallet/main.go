// Command wallet keeps money as a ledger. It is configured by the environment alone.
package main

import (
	"os"

	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/wallet/internal/app"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

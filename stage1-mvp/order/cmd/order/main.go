// Command order sells stock for money. It is configured by the environment alone.
package main

import (
	"os"

	"stagecraft/stage1-mvp/order/internal/app"
	"stagecraft/stage1-mvp/platform/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

// Command order sells stock for money. It is configured by the environment alone.
package main

import (
	"os"

	"shop/order/internal/app"
	"shop/platform/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

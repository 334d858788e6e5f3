// Command gateway is the HTTP side of the shop. It is configured by the environment alone.
package main

import (
	"os"

	"shop/gateway/internal/app"
	"shop/platform/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

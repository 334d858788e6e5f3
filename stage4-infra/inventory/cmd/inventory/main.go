// Command inventory counts what is on the shelf. It is configured by the environment alone.
package main

import (
	"os"

	"shop/inventory/internal/app"
	"shop/platform/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

// Command inventory counts what is on the shelf. It is configured by the environment alone.
package main

import (
	"os"

	"stagecraft/stage1-mvp/inventory/internal/app"
	"stagecraft/stage1-mvp/platform/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

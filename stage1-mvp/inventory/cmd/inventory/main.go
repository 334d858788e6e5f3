// Inventory counts what is on the shelf. Its environment is described in the README of the stage.
package main

import (
	"os"

	"stagecraft/stage1-mvp/inventory/internal/app"
)

func main() { os.Exit(app.Main()) }

// Gateway is the HTTP side of the shop. Its environment is described in the README of the stage.
package main

import (
	"os"

	"stagecraft/stage1-mvp/gateway/internal/app"
)

func main() { os.Exit(app.Main()) }

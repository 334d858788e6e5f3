// Command gateway is the HTTP side of the shop. It is configured by the environment alone.
package main

import (
	"os"

	"stagecraft/stage1-mvp/gateway/internal/app"
	"stagecraft/stage1-mvp/platform/lifecycle"
)

func main() {
	os.Exit(lifecycle.Main(app.Name, app.Options))
}

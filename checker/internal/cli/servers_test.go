package cli

import (
	"bytes"
	"testing"
)

func TestDiagnoseGo_ModulesAndCacheAreMissing_SaysWhichAndTheCommand(t *testing.T) {
	root := repository(t)
	a := &app{dir: root}
	var out bytes.Buffer
	if a.diagnoseGo(t.Context(), &out, root) {
		t.Errorf("nothing is missing here:\n%s", out.String())
	}
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOCACHE", "/dev/null/cache")
	out.Reset()
	if !a.diagnoseGo(t.Context(), &out, root) {
		t.Error("the modules are missing")
	}
	says(t, out.String(), "GOCACHE cannot be used", "is missing", "go -C stage1-mvp mod download")
}

package newservice_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/newservice"
)

// lists are the files of a stage that name all services.
var lists = []string{
	".dockerignore", "Dockerfile", "Makefile", "README.md", "compose/run.sh", "deploy/base/kustomization.yaml", "deploy/base/migrate.yaml", "deploy/deploy.sh",
	"deploy/dev-secrets.sh", "observability/prometheus.yaml", "platform/mtls/cmd/devcerts/main.go",
}

// newStage returns a directory that has what the template looks at.
func newStage(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range lists {
		text, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		put(t, dir, name, string(text))
	}
	for _, name := range []string{"platform/newservice", "order/db/migrations", "wallet/db/migrations"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
}

// contents returns all files below dir.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(text)
		return err
	}))
	return files
}

func TestWrite_TwoServices_EachHasPortsOfItsOwnInEveryList(t *testing.T) {
	t.Parallel()
	dir := newStage(t)

	written, err := newservice.Write(dir, "shipping")
	require.NoError(t, err)
	assert.Subset(t, written, lists)
	_, err = newservice.Write(dir, "billing2")
	require.NoError(t, err)

	files := contents(t, dir)
	for _, name := range lists {
		assert.Contains(t, strings.ToLower(files[name]), "shipping", name)
		assert.Contains(t, strings.ToLower(files[name]), "billing2", name)
	}
	assert.Contains(t, files["compose/run.sh"], "SHIPPING_ADDR=127.0.0.1:9003 METRICS_ADDR=$metrics:9103 DATABASE_URL=$(database shipping)")
	assert.Contains(t, files["compose/run.sh"], "BILLING2_ADDR=127.0.0.1:9004 METRICS_ADDR=$metrics:9104 DATABASE_URL=$(database billing2)")
	assert.Contains(t, files["Makefile"], "SERVICES += shipping\nSERVICES += billing2\n")
	for name, text := range files {
		if strings.Contains(name, "shipping") {
			assert.NotRegexp(t, `NAME|\{\{ ?\.|<no value>`, name+text, name)
		}
	}
}

func TestWrite_NameThatCannotBeUsed_WritesNothing(t *testing.T) {
	t.Parallel()
	dir := newStage(t)
	put(t, dir, "proto/billing/v1/billing.proto", "")
	before := contents(t, dir)
	for name, reason := range map[string]string{
		"":         "want 2 to 30 lower-case letters",
		"Shipping": "want 2 to 30 lower-case letters",
		"7seas":    "want 2 to 30 lower-case letters",
		"ship-it":  "want 2 to 30 lower-case letters",
		"a/b":      "want 2 to 30 lower-case letters",
		"../shop":  "want 2 to 30 lower-case letters",
		"a b":      "want 2 to 30 lower-case letters",
		"range":    "keyword of Go",
		"internal": "reserved",
		"operator": "reserved",
		"order":    "order exists",
		"platform": "platform exists",
		"billing":  "proto/billing exists",
	} {
		_, err := newservice.Write(dir, name)
		assert.ErrorContains(t, err, reason, "%q", name)
	}
	assert.Equal(t, before, contents(t, dir))
}

func TestWrite_ListWithoutItsMarker_WritesNothing(t *testing.T) {
	t.Parallel()
	dir := newStage(t)
	put(t, dir, "compose/run.sh", "#!/bin/sh\n")
	before := contents(t, dir)

	_, err := newservice.Write(dir, "shipping")

	assert.ErrorContains(t, err, "compose/run.sh has no line with")
	assert.Equal(t, before, contents(t, dir))
}

func TestWrite_DirectoryWithoutTemplate_IsRefused(t *testing.T) {
	t.Parallel()
	_, err := newservice.Write(t.TempDir(), "shipping")
	assert.ErrorContains(t, err, "is not a stage")
}

package migrations

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
)

const (
	stage  = "stage4-infra"
	folder = "order/db/migrations"
	tool   = "platform/migrationsafety/cmd/migration-safety"
	// rows of a big table: several times as many as a migration may read under a lock.
	rows = 50_000
	// held is longer than the tool's own limit, because the machine may be busy. Work under a lock is counted in rows.
	held = "20s"
)

// Kinds of findings, as the tool prints them.
const (
	fails        = "fails"
	invalidIndex = "invalid-index"
	breaksOld    = "old-release"
)

// result is what the tool prints for one migration.
type result struct {
	Migration string    `json:"migration"`
	Findings  []finding `json:"findings"`
}

type finding struct {
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

type verdict struct {
	results []result
	schema  *schema // after all migrations; nil if one of them failed
}

// verdicts keeps what was found, by the content of the migrations: four checks look at it.
var verdicts sync.Map // [sha256.Size]byte → *kept

type kept struct {
	sync.Mutex
	verdict *verdict
}

// judge applies the learner's migrations with the tool of the stage, not that of the workspace.
func judge(t *check.T) verdict {
	source := filepath.Join(t.Root(), stage)
	dir, sum := assemble(t, source)
	entry, _ := verdicts.LoadOrStore(sum, &kept{})
	k := entry.(*kept)
	k.Lock()
	defer k.Unlock()
	if k.verdict != nil {
		t.Step("look at what the migrations did to a filled database")
		return *k.verdict
	}
	binaries, err := build.Services(t.Context(), source, []string{tool}, filepath.Join(t.Root(), ".stagecraft", "migration-safety"))
	t.Ours("build the tool that judges migrations", err)
	t.Step("fill a database with %d orders, keep the release before at work, and apply each migration", rows)
	address := t.Lease().Databases[check.Scratch]
	v := verdict{results: apply(t, binaries[filepath.Base(tool)], dir, source, address)}
	if failed, _ := v.first(fails); failed == "" {
		v.schema = readSchema(t, address)
	}
	k.verdict = &v
	return v
}

// assemble makes a directory with the stage's migrations of order and those that the learner has beside them.
func assemble(t *check.T, source string) (dir string, sum [sha256.Size]byte) {
	dir, err := os.MkdirTemp("", "migrations-")
	t.Ours("make a directory", err)
	t.Cleanup(func(context.Context) { _ = os.RemoveAll(dir) })
	target := filepath.Join(dir, filepath.FromSlash(folder))
	t.Ours("make a directory", os.MkdirAll(target, 0o755))
	hash := sha256.New()
	for _, from := range []string{t.Written(), source} { // the stage's own win
		files, err := filepath.Glob(filepath.Join(from, filepath.FromSlash(folder), "*.sql"))
		t.Ours("list the migrations", err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			t.Ours("read a migration", err)
			text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
			fmt.Fprintf(hash, "%q %q\n", filepath.Base(file), text)
			t.Ours("copy a migration", os.WriteFile(filepath.Join(target, filepath.Base(file)), text, 0o644))
		}
	}
	return dir, [sha256.Size]byte(hash.Sum(nil))
}

func apply(t *check.T, binary, dir, released, address string) (results []result) {
	command := exec.CommandContext(t.Context(), binary, "-json", "-stage", dir, "-released", released, "-database", address,
		"-rows", strconv.Itoa(rows), "-held", held, "order")
	var printed, failed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &failed
	err := command.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil // there are findings
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(failed.String()))
	}
	t.Ours("apply the migrations", err)
	decoder := json.NewDecoder(&printed)
	for {
		var r result
		err := decoder.Decode(&r)
		if errors.Is(err, io.EOF) {
			return results
		}
		t.Ours("read the tool's report", err)
		results = append(results, r)
	}
}

// first returns the first finding of one of the kinds, and its migration.
func (v verdict) first(kinds ...string) (migration string, f finding) {
	for _, r := range v.results {
		for _, f := range r.Findings {
			for _, kind := range kinds {
				if f.Kind == kind {
					return r.Migration, f
				}
			}
		}
	}
	return "", finding{}
}

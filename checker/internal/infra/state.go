package infra

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
)

// schema changes with the meaning of state or of the messages; a supervisor of another schema is replaced.
const schema = 1

// state is what a supervisor writes down so that others find it, and clean up after it when it has been killed.
type state struct {
	Schema   int
	Provider string
	PID      int
	Start    uint64 // see proc.StartTime
	// Control is the address that answers requests carrying Token.
	Control, Token string
	// Dirs hold the data of this supervisor's servers and die with it.
	Dirs    []string
	Servers map[string]endpoint
}

// endpoint is one running server and how its administrator reaches it.
type endpoint struct {
	Version string
	Path    string   `json:",omitempty"` // the program, or the image
	Env     []string `json:",omitempty"`
	URL     string   `json:",omitempty"` // empty for Redis when every lease starts one of its own
	API     string   `json:",omitempty"` // RabbitMQ's management, with user and password
	PID     int      `json:",omitempty"`
	Start   uint64   `json:",omitempty"`
	// Generation grows with each restart.
	Generation int
}

func readState(p place) (state, bool) {
	var s state
	raw, err := os.ReadFile(p.statePath())
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return state{}, false
	}
	return s, true
}

func (s state) alive() bool { return s.PID != 0 && proc.StartTime(s.PID) == s.Start }

func (s state) write(p place) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(p.statePath(), raw, 0o600)
}

// writeFile replaces a file at once, so that no reader sees a half of it.
func writeFile(name string, content []byte, mode os.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(content)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(file.Name(), mode)
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// sweep removes what a killed supervisor left behind. Its warden does the same; this is for a warden that was killed too.
// The caller holds the start lock and knows that no supervisor lives.
func sweep(p place) {
	old, _ := readState(p)
	for _, server := range old.Servers {
		proc.KillStarted(server.PID, server.Start)
	}
	dirs := slices.Concat(old.Dirs, paths.Match(p.dir(), "run-*"), paths.Match(closedHomeDir, closedHomeRun(p)+"*"))
	for _, dir := range dirs {
		proc.KillLivingIn(dir)
		_ = os.RemoveAll(dir)
	}
	_ = os.Remove(p.statePath())
	sweepContainers(p, old)
}

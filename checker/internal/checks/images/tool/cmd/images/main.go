// Command images builds the images of a Dockerfile without an engine: BuildKit's own frontend translates the file into the steps of the build,
// and this program carries them out on trees of files in memory. Shell scripts are real, and so is what the go command says about packages; programs
// are not compiled, but described: what they are built of, and what their bits depend on.
//
// It reads a request from standard input and writes a response to standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
)

type request struct {
	Dir     string            `json:"dir"`     // the build context, with the Dockerfile and .dockerignore
	Plant   map[string]string `json:"plant"`   // files that are in the context as well, by their path
	Secrets []string          `json:"secrets"` // texts that must not be in a layer
	Lint    bool              `json:"lint"`
	// Sessions are builders, each with a cache that is empty at first; the builds of a session follow each other.
	Sessions [][]build `json:"sessions"`
}

type build struct {
	Image    string            `json:"image"`    // the target, or the value of the build argument SERVICE if no stage has this name
	Args     map[string]string `json:"args"`     // build arguments
	Platform string            `json:"platform"` // of the image, such as linux/amd64
	Builder  string            `json:"builder"`  // the platform of the machine that builds
	Change   []string          `json:"change"`   // files of the context that are changed before this build, if they exist
	Salt     string            `json:"salt"`     // the time, the machine's name, the commit, and all else that differs from build to build
	Dir      string            `json:"dir"`      // comes before the directory in which a program is compiled, as a program sees it
}

type response struct {
	Lint     []finding  `json:"lint"`
	Context  []string   `json:"context"` // the files that are sent to the builder
	Sessions [][]result `json:"sessions"`
}

type finding struct {
	Line int    `json:"line"`
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// result is an image, or why there is none.
type result struct {
	Error       string   `json:"error"`       // the build failed
	Line        int      `json:"line"`        // where
	Unsupported string   `json:"unsupported"` // the build does what this program cannot follow
	ByArgument  bool     `json:"byArgument"`  // no stage has the image's name
	Config      config   `json:"config"`
	Files       []file   `json:"files"`
	Sources     []source `json:"sources"`
	Steps       []step   `json:"steps"`
	Leaks       []leak   `json:"leaks"`
}

type config struct {
	User         string            `json:"user"`
	Entrypoint   []string          `json:"entrypoint"`
	Cmd          []string          `json:"cmd"`
	Env          []string          `json:"env"`
	Labels       map[string]string `json:"labels"`
	Dir          string            `json:"dir"`
	StopSignal   string            `json:"stopSignal"`
	Architecture string            `json:"architecture"`
}

type file struct {
	Path    string   `json:"path"`
	Kind    string   `json:"kind"` // file, dir, link
	Mode    int      `json:"mode"`
	UID     int      `json:"uid"`
	GID     int      `json:"gid"`
	Size    int64    `json:"size"`
	Link    string   `json:"link"`
	Base    bool     `json:"base"`    // of the final base image
	From    string   `json:"from"`    // "context:PATH", "image:REF", or ""
	Role    string   `json:"role"`    // shell, certificates, zones, loader, tool
	Program *program `json:"program"` // a compiled program
	Deleted bool     `json:"deleted"` // in a layer of the image, and hidden by a later one
}

// program is what the go command would have compiled.
type program struct {
	Package  string `json:"package"` // relative to the module
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Dynamic  bool   `json:"dynamic"`  // needs the C library
	Zones    bool   `json:"zones"`    // built with the tag timetzdata
	Stripped bool   `json:"stripped"` // has no symbol table
	Bits     string `json:"bits"`     // the hash of all that the bits depend on
	Line     int    `json:"line"`
	// Depends is what the bits depend on beside the sources: compiler, platform, cgo, directory, commit, flags.
	Depends map[string]string `json:"depends"`
}

type source struct {
	Ref      string `json:"ref"`
	Line     int    `json:"line"`
	Platform string `json:"platform"`
}

// step is a RUN.
type step struct {
	Line      int      `json:"line"`
	Text      string   `json:"text"`
	Platform  string   `json:"platform"`
	Cached    bool     `json:"cached"`
	Downloads []string `json:"downloads"` // what came over the network: modules, packages, URLs
	Builds    []string `json:"builds"`    // packages that were compiled
}

type leak struct {
	Path string `json:"path"`
	Line int    `json:"line"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(fmt.Errorf("read the request: %w", err))
	}
	answer, err := perform(ctx, asked)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "images:", err)
	os.Exit(1)
}

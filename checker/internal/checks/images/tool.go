package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
)

const (
	dockerfile = "Dockerfile"
	// toolSum is the hash of the program in tool, which builds the images: a proof of the lesson is about this version. A test compares the two.
	toolSum = "5f4a203df35bd99a00d3e14c57fd74142d9a345f302e4c5fa370cb3bc4723c4e"
)

type response struct {
	Lint []struct {
		Line int    `json:"line"`
		Rule string `json:"rule"`
		Text string `json:"text"`
	} `json:"lint"`
	Context  []string  `json:"context"`
	Sessions [][]image `json:"sessions"`
}

// image is one image as it was built. The tool's source says what the fields mean.
type image struct {
	name string // as it was asked for

	Error       string `json:"error"`
	Line        int    `json:"line"`
	Unsupported string `json:"unsupported"`
	Config      struct {
		User       string            `json:"user"`
		Entrypoint []string          `json:"entrypoint"`
		Cmd        []string          `json:"cmd"`
		Env        []string          `json:"env"`
		Labels     map[string]string `json:"labels"`
		Dir        string            `json:"dir"`
		StopSignal string            `json:"stopSignal"`
	} `json:"config"`
	Files   []file `json:"files"` // as the image shows them
	Layers  []file `json:"-"`     // and those that a later layer hides
	Sources []struct {
		Ref  string `json:"ref"`
		Line int    `json:"line"`
	} `json:"sources"`
	Steps []step `json:"steps"`
	Leaks []struct {
		Path string `json:"path"`
		Line int    `json:"line"`
	} `json:"leaks"`
}

type file struct {
	Path    string   `json:"path"`
	Kind    string   `json:"kind"`
	Mode    int      `json:"mode"`
	UID     int      `json:"uid"`
	GID     int      `json:"gid"`
	Size    int64    `json:"size"`
	Link    string   `json:"link"`
	Base    bool     `json:"base"`
	From    string   `json:"from"`
	Role    string   `json:"role"`
	Program *program `json:"program"`
	Deleted bool     `json:"deleted"`
}

type program struct {
	Package  string            `json:"package"`
	OS       string            `json:"os"`
	Arch     string            `json:"arch"`
	Dynamic  bool              `json:"dynamic"`
	Zones    bool              `json:"zones"`
	Stripped bool              `json:"stripped"`
	Bits     string            `json:"bits"`
	Line     int               `json:"line"`
	Depends  map[string]string `json:"depends"`
}

type step struct {
	Line      int      `json:"line"`
	Text      string   `json:"text"`
	Platform  string   `json:"platform"`
	Cached    bool     `json:"cached"`
	Downloads []string `json:"downloads"`
	Builds    []string `json:"builds"`
}

// built are all images as the checks need them.
type built struct {
	response

	first  []image // on one machine
	second []image // on another one, of another architecture
	arm    []image // for linux/arm64
	cached []image // order, after the changes of cacheBuilds
}

type memory struct {
	sync.Mutex
	answer *response
}

// kept are builds that several checks look at, by the contents of the files and the directory.
var kept sync.Map // [sha256.Size]byte → *memory

// builds returns what the learner's Dockerfile makes. A build that fails, or that the checker cannot follow, fails the check.
func builds(t *check.T) built {
	t.Step("build the six images: on two machines, for two platforms, and after changes")
	all := built{response: ask(t)}
	for _, s := range all.Sessions {
		for _, i := range s {
			if i.Unsupported != "" {
				t.Fail(check.Failure{
					ID: "unsupported", Sentence: "the checker cannot follow the build", Expected: "images and commands that the checker knows; the lesson names them",
					Seen: i.Unsupported, Why: "The checker has no container engine. It carries out the instructions of the Dockerfile itself.",
				})
			}
		}
	}
	asked := sessions()
	for n, s := range all.Sessions {
		for m := range s {
			if s[m].Error != "" {
				t.FailAt(dockerfile, s[m].Line, check.Failure{
					ID: "broken", Sentence: fmt.Sprintf("the image %s cannot be built for %s", s[m].name, asked[n][m].Platform),
					Expected: fmt.Sprintf("docker build --target %s . succeeds", s[m].name), Seen: s[m].Error,
					Why: "What cannot be built is not deployed.",
				})
			}
		}
	}
	if len(all.Sessions) != len(asked) {
		seen := "nothing was built"
		if len(all.Lint) > 0 {
			seen = all.Lint[0].Text
		}
		t.Fail(check.Failure{ID: "broken", Sentence: "the images cannot be built", Expected: "a Dockerfile and a .dockerignore that BuildKit can read", Seen: seen})
	}
	all.first, all.second, all.cached, all.arm = all.Sessions[0], all.Sessions[1], all.Sessions[2], all.Sessions[3]
	return all
}

// ask runs the tool, once for each version of the files.
func ask(t *check.T) response {
	sum := sha256.New()
	fmt.Fprintln(sum, t.Dir())
	for _, name := range []string{dockerfile, ".dockerignore", dockerfile + ".dockerignore"} {
		text, err := os.ReadFile(filepath.Join(t.Dir(), name))
		if errors.Is(err, fs.ErrNotExist) {
			if name == dockerfile {
				t.Fail(check.Failure{ID: "broken", Sentence: "there is no Dockerfile", Expected: dockerfile, Seen: "no such file"})
			}
			continue
		}
		t.Ours("read "+name, err)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	entry, _ := kept.LoadOrStore([sha256.Size]byte(sum.Sum(nil)), &memory{})
	m := entry.(*memory)
	m.Lock()
	defer m.Unlock()
	if m.answer == nil {
		request, err := json.Marshal(map[string]any{
			"dir": t.Dir(), "plant": planted(), "secrets": []string{secret}, "lint": true, "sessions": sessions(),
		})
		t.Ours("write the request", err)
		command := exec.CommandContext(t.Context(), tool(t))
		command.Stdin = bytes.NewReader(request)
		var failed bytes.Buffer
		command.Stderr = &failed
		out, err := command.Output()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(failed.String()))
		}
		t.Ours("build the images", err)
		var answer response
		t.Ours("read what was built", json.Unmarshal(out, &answer))
		for n, s := range answer.Sessions {
			for i := range s {
				s[i].name = sessions()[n][i].Image
				s[i].Layers = s[i].Files
				s[i].Files = slices.DeleteFunc(slices.Clone(s[i].Files), func(f file) bool { return f.Deleted })
			}
		}
		m.answer = &answer
	}
	return *m.answer
}

var (
	building sync.Mutex
	place    string
)

// tool builds the program that builds images.
func tool(t *check.T) string {
	building.Lock()
	defer building.Unlock()
	if place == "" {
		source := filepath.Join(t.Root(), "checker", "internal", "checks", "images", "tool")
		binaries, err := build.Services(t.Context(), source, []string{"cmd/images"}, filepath.Join(t.Root(), ".stagecraft", "images"))
		t.Ours("build the tool that builds images", err)
		place = binaries["images"]
	}
	return place
}

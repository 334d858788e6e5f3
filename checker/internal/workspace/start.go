package workspace

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/lesson"
)

// startFile keeps a workspace's sources as they were when it was made, so that the learner's own changes can be shown.
const startFile = ".stagecraft-start.zip"

// Sources lists the files of a workspace or stage that a learner may write, ordered: code, protos, SQL, configuration, but not what is
// generated.
func Sources(tree fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(d.Name(), ".") || name == "gen" || name == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		switch path.Ext(name) {
		case ".go", ".sql", ".proto", ".yaml", ".yml", ".hcl":
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// AtStart returns the sources of the lesson's workspace as they were when it was made. For a workspace that has no record of it they are
// those of the starter as it is now.
func AtStart(root string, l lesson.Lesson) (fs.FS, error) { return StartOf(Path(root, l), root, l) }

// StartOf is AtStart for a copy of the workspace in dir.
func StartOf(dir, root string, l lesson.Lesson) (fs.FS, error) {
	packed, err := os.ReadFile(filepath.Join(dir, startFile))
	if errors.Is(err, fs.ErrNotExist) {
		packed, err = packStarter(root, l)
	}
	if err != nil {
		return nil, fmt.Errorf("the workspace at its start: %w", err)
	}
	return Unpack(packed)
}

func packStarter(root string, l lesson.Lesson) ([]byte, error) {
	dir, err := os.MkdirTemp("", "stagecraft-start-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := Make(dir, root, l.Stage, l.Starter()); err != nil {
		return nil, err
	}
	return Pack(os.DirFS(dir))
}

// Pack puts the Sources of a tree into an archive, the same bytes for the same sources.
func Pack(tree fs.FS) ([]byte, error) {
	names, err := Sources(tree)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for _, name := range names {
		body, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		file, err := archive.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(body); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// Unpack reads what Pack wrote.
func Unpack(packed []byte) (fs.FS, error) {
	return zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
}

// keepStart records the sources of a workspace that is about to appear.
func keepStart(dir string) error {
	packed, err := Pack(os.DirFS(dir))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, startFile), packed, 0o644)
}

package overlay

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Changed is base with the files of Apply's result in place of its own, so that a further overlay can be laid on it.
func Changed(base fs.FS, changed map[string][]byte) fs.FS {
	if len(changed) == 0 {
		return base
	}
	return changedFS{base, changed}
}

type changedFS struct {
	base    fs.FS
	changed map[string][]byte
}

func (c changedFS) Open(name string) (fs.File, error) {
	body, ok := c.changed[name]
	if ok && body == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if ok {
		return &memoryFile{memoryInfo{path.Base(name), int64(len(body)), 0o644}, bytes.NewReader(body)}, nil
	}
	file, err := c.base.Open(name)
	if err != nil && c.holdsNew(name) {
		return &memoryFile{memoryInfo{path.Base(name), 0, fs.ModeDir | 0o755}, bytes.NewReader(nil)}, nil
	}
	return file, err
}

// holdsNew says whether there is a changed file below the directory name.
func (c changedFS) holdsNew(name string) bool {
	for file, body := range c.changed {
		if body != nil && (name == "." || strings.HasPrefix(file, name+"/")) {
			return true
		}
	}
	return false
}

// ReadDir lists base's entries, those of changed files among them and those of removed files not.
func (c changedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(c.base, name)
	if err != nil && !c.holdsNew(name) {
		return nil, err
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool {
		body, ok := c.changed[path.Join(name, e.Name())]
		return ok && body == nil
	})
	for _, file := range sortedKeys(c.changed) {
		body := c.changed[file]
		rest, below := strings.CutPrefix(file, name+"/")
		if name == "." {
			rest, below = file, true
		}
		if body == nil || !below {
			continue
		}
		child, _, deeper := strings.Cut(rest, "/")
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == child }) {
			continue
		}
		info := memoryInfo{child, int64(len(body)), 0o644}
		if deeper {
			info = memoryInfo{child, 0, fs.ModeDir | 0o755}
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

type memoryFile struct {
	info memoryInfo
	io.Reader
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memoryFile) Close() error               { return nil }

type memoryInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memoryInfo) Sys() any           { return nil }

package site

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

// cacheVersion changes when the functions behind the cache do.
const cacheVersion = "2"

type cacheKey [sha256.Size]byte

// cache keeps the results of pure functions from one build to the next, and on disk from one process to the next, so that a saved page
// costs only that page. What a build did not use is forgotten.
type cache struct {
	file string

	mu            sync.Mutex
	last, current map[cacheKey][]byte
	quick         map[cacheKey]bool // entries of current that are not worth a place in the file
	fresh         bool              // current has what the file lacks

	changes map[string]stageState // what was made of two stages, by the later one
}

// stageState is what is known of the differences of two stages.
type stageState struct {
	stamp string // of all files of both
	pages []*Page
}

// openCache reads what the last build left in the repository. A file that cannot be read is an empty cache.
func openCache(root string) *cache {
	c := &cache{file: filepath.Join(root, ".stagecraft", "site.cache"), changes: map[string]stageState{}}
	if file, err := os.Open(c.file); err == nil {
		defer file.Close()
		if gob.NewDecoder(file).Decode(&c.current) != nil {
			c.current = nil
		}
	}
	return c
}

// begin starts a build.
func (c *cache) begin() {
	c.last, c.current, c.quick, c.fresh = c.current, map[cacheKey][]byte{}, map[cacheKey]bool{}, false
}

// do returns what compute returned for the same kind and inputs before, or computes it.
func (c *cache) do(kind string, compute func() ([]byte, error), inputs ...[]byte) ([]byte, error) {
	return c.find(kind, false, compute, inputs...)
}

// inMemory is do for what is computed so quickly that it need not be kept on disk.
func (c *cache) inMemory(kind string, compute func() ([]byte, error), inputs ...[]byte) ([]byte, error) {
	return c.find(kind, true, compute, inputs...)
}

func (c *cache) find(kind string, quick bool, compute func() ([]byte, error), inputs ...[]byte) ([]byte, error) {
	h := sha256.New()
	for _, input := range append([][]byte{[]byte(cacheVersion), []byte(kind)}, inputs...) {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(input))))
		h.Write(input)
	}
	key := cacheKey(h.Sum(nil))
	c.mu.Lock()
	value, ok := c.last[key]
	if !ok {
		value, ok = c.current[key]
	}
	c.mu.Unlock()
	if !ok {
		var err error
		if value, err = compute(); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current[key] = value
	if quick {
		c.quick[key] = true
	} else if !ok {
		c.fresh = true
	}
	return value, nil
}

// save writes the cache for the next process. It is only a cache: without it the next build takes longer.
func (c *cache) save() {
	if !c.fresh {
		return
	}
	kept := maps.Clone(c.current)
	maps.DeleteFunc(kept, func(key cacheKey, _ []byte) bool { return c.quick[key] })
	if os.MkdirAll(filepath.Dir(c.file), 0o755) != nil {
		return
	}
	file, err := os.CreateTemp(filepath.Dir(c.file), ".site-cache-*")
	if err != nil {
		return
	}
	defer os.Remove(file.Name()) //nolint:errcheck // after the rename there is nothing left
	err = gob.NewEncoder(file).Encode(kept)
	if file.Close() == nil && err == nil {
		_ = os.Rename(file.Name(), c.file)
	}
}

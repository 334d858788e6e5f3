package infra

import (
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// postgresOwner is the user that PostgreSQL runs as, which must not be root, and the directories that this user reaches.
type postgresOwner struct {
	credential *syscall.Credential // nil: as we are
	runDir     string              // dies with the supervisor
	keepDir    string              // prepared data directories, kept
}

func choosePostgresOwner(p place, runDir string) (postgresOwner, error) {
	if os.Getuid() != 0 {
		return postgresOwner{runDir: runDir, keepDir: p.dir()}, nil
	}
	credential := lesserUser()
	if credential == nil {
		return postgresOwner{}, &Fault{What: "PostgreSQL does not run as root and there is no user postgres or nobody", Next: "run the checker as an ordinary user"}
	}
	if reachable(runDir, credential) {
		return postgresOwner{credential: credential, runDir: runDir, keepDir: p.dir()}, nil
	}
	// A repository in root's own home: its path is closed to everyone else.
	keep := closedHomeDir
	if err := os.Mkdir(keep, 0o711); err != nil && !os.IsExist(err) {
		return postgresOwner{}, diskFault("cannot make "+keep, err)
	}
	info, err := os.Lstat(keep)
	if err != nil || !info.IsDir() || info.Sys().(*syscall.Stat_t).Uid != 0 {
		return postgresOwner{}, &Fault{What: keep + " belongs to another user", Next: "remove it and run again", Cause: err}
	}
	run, err := os.MkdirTemp(keep, closedHomeRun(p))
	if err == nil {
		err = os.Chmod(run, 0o711)
	}
	if err != nil {
		return postgresOwner{}, diskFault("cannot make a directory in "+keep, err)
	}
	return postgresOwner{credential: credential, runDir: run, keepDir: keep}, nil
}

// closedHomeDir holds, for all repositories that PostgreSQL's user cannot reach, what would lie in .stagecraft/infra.
const closedHomeDir = "/var/tmp/stagecraft-0"

// closedHomeRun names the run directories of one repository.
func closedHomeRun(p place) string {
	return "run-" + rootHash(p) + "-"
}

func lesserUser() *syscall.Credential {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(found.Uid, 10, 32)
		gid, _ := strconv.ParseUint(found.Gid, 10, 32)
		if uid != 0 {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// reachable says whether the user may pass through every directory down to dir.
func reachable(dir string, c *syscall.Credential) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		owner, mode := info.Sys().(*syscall.Stat_t), info.Mode().Perm()
		switch {
		case owner.Uid == c.Uid:
			mode >>= 6
		case owner.Gid == c.Gid:
			mode >>= 3
		}
		if mode&1 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func (o postgresOwner) own(paths ...string) error {
	if o.credential == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Lchown(path, int(o.credential.Uid), int(o.credential.Gid)); err != nil {
			return diskFault("cannot give "+path+" to the user of PostgreSQL", err)
		}
	}
	return nil
}

// env keeps the caller's PG… variables and locale from changing what the server does.
func (o postgresOwner) env(found program) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + o.runDir, "TMPDIR=" + os.TempDir()}
	return append(env, found.Env...)
}

// copyTree copies a data directory, closed to others and owned by the server's user.
func copyTree(from, to string, c *syscall.Credential) error {
	give := func(path string) error {
		if c == nil {
			return nil
		}
		return os.Lchown(path, int(c.Uid), int(c.Gid))
	}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			if err := os.Mkdir(target, 0o700); err != nil {
				return err
			}
			return give(target)
		}
		if err := copyFile(path, target); err != nil {
			return err
		}
		return give(target)
	})
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if closeErr := target.Close(); err == nil {
		err = closeErr
	}
	return err
}

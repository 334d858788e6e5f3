package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// image says what a container of an image starts with.
type image struct {
	// Files are the files of the image: paths in the container to files of this machine.
	Files map[string]string `json:"files"`
	// Host gives the container the whole file system of this machine instead, to read.
	Host       bool     `json:"host"`
	Entrypoint []string `json:"entrypoint"`
}

// shared are what every container sees of this machine. What is missing is left out.
var shared = []string{"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/etc/ssl/certs", "/usr/share/zoneinfo"}

// makeRoot builds the file system of a container at root.
func makeRoot(root string, i image, c *runtimeapi.ContainerConfig, dns *runtimeapi.DNSConfig) (err error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			removeRoot(root)
		}
	}()
	if i.Host {
		if err := unix.Mount("/", root, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mount the host: %w", err)
		}
		return nil
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", unix.MS_NOSUID, "mode=0755"); err != nil {
		return fmt.Errorf("mount the root: %w", err)
	}
	for _, dir := range []string{"proc", "etc", "tmp", "dev"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(root, "tmp"), 0o1777); err != nil {
		return err
	}
	for name, content := range map[string]string{
		"passwd": "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
		"group":  "root:x:0:\nnonroot:x:65532:\n",
		"resolv.conf": "nameserver " + strings.Join(dns.GetServers(), "\nnameserver ") + "\nsearch " + strings.Join(dns.GetSearches(), " ") +
			"\noptions " + strings.Join(dns.GetOptions(), " ") + "\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "etc", name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	if err := unix.Mount("/proc", filepath.Join(root, "proc"), "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	for _, path := range shared {
		if err := bind(path, root, path, false); err != nil {
			return err
		}
	}
	for in, out := range i.Files {
		if _, err := os.Stat(out); err != nil {
			return err
		}
		if err := bind(out, root, in, true); err != nil {
			return err
		}
	}
	for _, m := range c.GetMounts() {
		if err := bind(m.HostPath, root, m.ContainerPath, m.Readonly); err != nil {
			return err
		}
	}
	if c.GetLinux().GetSecurityContext().GetReadonlyRootfs() {
		return readonly(root)
	}
	return nil
}

// bind shows the file or directory from at path below root, if it exists.
func bind(from, root, path string, ro bool) error {
	info, err := os.Stat(from)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	at := filepath.Join(root, path)
	if info.IsDir() {
		err = os.MkdirAll(at, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(at), 0o755); err == nil {
		var file *os.File
		if file, err = os.OpenFile(at, os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(from, at, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s at %s: %w", from, path, err)
	}
	if ro {
		return readonly(at)
	}
	return nil
}

// readonly keeps what the mount forbids already: a user's namespace must not allow it again.
func readonly(at string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(at, &fs); err != nil {
		return err
	}
	kept := uintptr(fs.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME)
	if err := unix.Mount("", at, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|kept, ""); err != nil {
		return fmt.Errorf("make %s read-only: %w", at, err)
	}
	return nil
}

func removeRoot(root string) {
	_ = unix.Unmount(root, unix.MNT_DETACH)
	_ = os.Remove(root)
}

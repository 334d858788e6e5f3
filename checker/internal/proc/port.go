package proc

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Ports lie below the range that the kernel hands out to outgoing connections.
const firstPort, lastPort = 20000, 32000

// ports is this program's part of a file that all checkers of a user share: the holder of the lock on byte N owns port N. The kernel
// drops such locks when the program ends, however it ends, and children do not inherit them.
var ports struct {
	sync.Mutex
	file *os.File
	held map[int]bool
}

// FreePort returns a TCP port on 127.0.0.1 that nothing listens on and that no other checker will be given until ReleasePort
// or the end of this program.
func FreePort() (int, error) {
	ports.Lock()
	defer ports.Unlock()
	if err := openPortFile(); err != nil {
		return 0, err
	}
	for range 2000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		if ports.held[port] || lockPort(port, syscall.F_WRLCK) != nil {
			continue
		}
		if !portUnused(port) {
			_ = lockPort(port, syscall.F_UNLCK)
			continue
		}
		ports.held[port] = true
		return port, nil
	}
	return 0, fmt.Errorf("no free port between %d and %d", firstPort, lastPort)
}

// ReleasePort gives a port of FreePort back.
func ReleasePort(port int) {
	ports.Lock()
	defer ports.Unlock()
	if ports.held[port] {
		delete(ports.held, port)
		_ = lockPort(port, syscall.F_UNLCK)
	}
}

// The file is never closed: with these locks closing any descriptor of it would drop them all.
func openPortFile() error {
	if ports.file != nil {
		return nil
	}
	name := filepath.Join(os.TempDir(), "stagecraft-ports-"+strconv.Itoa(os.Getuid()))
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the list of ports in use: %w", err)
	}
	ports.file, ports.held = file, map[int]bool{}
	return nil
}

func lockPort(port int, kind int16) error {
	lock := syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: int64(port), Len: 1}
	for {
		err := syscall.FcntlFlock(ports.file.Fd(), syscall.F_SETLK, &lock)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func portUnused(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

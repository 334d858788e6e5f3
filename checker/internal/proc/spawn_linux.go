package proc

import (
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// The kernel sends the death signal when the *thread* that created the child ends, not the program. So all children are
// created on one thread that a goroutine keeps to itself.
var spawner = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}()
	return jobs
})

func spawn(start func() error) error {
	result := make(chan error, 1)
	spawner() <- func() { result <- start() }
	return <-result
}

func childAttr(spec Spec) *syscall.SysProcAttr {
	signal := spec.DeathSignal
	if signal == 0 {
		signal = syscall.SIGKILL
	}
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: signal, Credential: spec.Credential}
}

// awaitExit returns when pid has ended but has not been reaped, so that its group id is still taken.
func awaitExit(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

// selfPath is the running program, also after `go run` has deleted the file.
func selfPath() (string, error) { return "/proc/self/exe", nil }

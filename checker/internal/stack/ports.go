package stack

import (
	"net"
	"strconv"

	"stagecraft/checker/internal/proc"
)

// held are the ports of one stack: they stay its own between the kill and the restart of the service that listens on them.
type held struct{ ports []int }

func (h *held) take() (string, error) {
	port, err := proc.FreePort()
	if err != nil {
		return "", err
	}
	h.ports = append(h.ports, port)
	return loopback(port), nil
}

func (h *held) giveBack() {
	for _, port := range h.ports {
		proc.ReleasePort(port)
	}
	h.ports = nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// openOnFreePort tries again when a stranger took the port between finding and opening it.
func openOnFreePort[L any](h *held, open func(addr string) (L, error)) (link L, err error) {
	for range 5 {
		addr, portErr := h.take()
		if portErr != nil {
			return link, portErr
		}
		if link, err = open(addr); err == nil {
			return link, nil
		}
	}
	return link, err
}

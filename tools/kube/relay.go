package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// relay connects the cluster with the machine, whose networks have nothing in common. A Unix socket is a file, and both see it. A connection
// to the socket inside begins with a line:
//
//	dial HOST:PORT     goes on as a connection to that address in the cluster
//	forward PORT       makes port PORT of hostIP lead to port PORT of the machine; the answer is "ok"
//
// A connection to the forwarded port becomes one to the socket outside, which begins with the line "PORT".
func relay(inside, outside string) error {
	_ = os.Remove(inside)
	listener, err := net.Listen("unix", inside)
	if err != nil {
		return err
	}
	r := &relays{outside: outside, ports: map[string]bool{}}
	go accept(listener, r.serve)
	return nil
}

type relays struct {
	outside string
	mu      sync.Mutex
	ports   map[string]bool
}

func (r *relays) serve(conn net.Conn) {
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	word, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
	if err == nil && word == "dial" && reader.Buffered() == 0 {
		target, err := net.DialTimeout("tcp", argument, 3*time.Second)
		if err != nil {
			fmt.Fprintln(conn, err)
			_ = conn.Close()
			return
		}
		fmt.Fprintln(conn, "ok")
		join(conn, target)
		return
	}
	if err == nil && word == "forward" {
		err = r.forward(argument)
	}
	if err != nil {
		fmt.Fprintln(conn, err)
	} else {
		fmt.Fprintln(conn, "ok")
	}
	_ = conn.Close()
}

func (r *relays) forward(port string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ports[port] {
		return nil
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(hostIP, port))
	if err != nil {
		return err
	}
	r.ports[port] = true
	go accept(listener, func(conn net.Conn) {
		out, err := net.Dial("unix", r.outside)
		if err != nil {
			refuse(conn)
			return
		}
		fmt.Fprintln(out, port)
		join(conn, out)
	})
	return nil
}

package main

import (
	"fmt"
	"net"
	"runtime"
	"sync"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// Pods are on a bridge, and so are the nodes. The addresses of Services are local to the host, whose proxy listens on them.
const (
	hostIP     = "10.244.0.1"
	dnsIP      = "10.96.0.10"
	serviceNet = "10.96.0.0/16"
)

type network struct {
	bridge *netlink.Bridge
	mu     sync.Mutex
	next   int
}

// podNet is the network namespace of a pod.
type podNet struct {
	ns   netns.NsHandle
	ip   string
	link string // the host's end
}

func newNetwork(nodes int) (*network, error) {
	// Without an address of its own a bridge has that of one of its ports, and the pods would lose it with that port.
	n := &network{bridge: &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "pods", HardwareAddr: net.HardwareAddr{2, 0, 0, 0, 0, 1}}}}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return nil, err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return nil, err
	}
	if err := address(lo, serviceNet); err != nil {
		return nil, err
	}
	if err := netlink.LinkAdd(n.bridge); err != nil {
		return nil, fmt.Errorf("make a bridge: %w", err)
	}
	for i := range nodes + 1 {
		if err := address(n.bridge, fmt.Sprintf("10.244.0.%d/16", i+1)); err != nil {
			return nil, err
		}
	}
	return n, netlink.LinkSetUp(n.bridge)
}

func address(link netlink.Link, cidr string) error {
	addr, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	return netlink.AddrAdd(link, addr)
}

// add makes the namespace of a pod, with an address that no pod had before.
func (n *network) add() (*podNet, error) {
	n.mu.Lock()
	n.next++
	number := n.next
	n.mu.Unlock()
	p := &podNet{ip: net.IPv4(10, 244, byte(1+number/250), byte(1+number%250)).String(), link: fmt.Sprintf("pod%d", number)}
	if err := elsewhere(func() (err error) { p.ns, err = netns.New(); return err }); err != nil {
		return nil, fmt.Errorf("make a network namespace: %w", err)
	}
	err := netlink.LinkAdd(&netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: p.link, MasterIndex: n.bridge.Index}, PeerName: "eth0", PeerNamespace: netlink.NsFd(p.ns),
	})
	if err != nil {
		return nil, fmt.Errorf("connect a pod: %w", err)
	}
	host, err := netlink.LinkByName(p.link)
	if err != nil {
		return nil, err
	}
	if err := netlink.LinkSetUp(host); err != nil {
		return nil, err
	}
	return p, p.in(p.configure)
}

func (p *podNet) configure() error {
	for _, name := range []string{"lo", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if name == "eth0" {
			if err := address(link, p.ip+"/16"); err != nil {
				return err
			}
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
	}
	return netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(hostIP)})
}

func (n *network) remove(p *podNet) {
	if link, err := netlink.LinkByName(p.link); err == nil {
		_ = netlink.LinkDel(link)
	}
	_ = p.ns.Close()
}

// in calls f on a thread that is in the namespace.
func (p *podNet) in(f func() error) error {
	return elsewhere(func() error {
		if err := netns.Set(p.ns); err != nil {
			return err
		}
		return f()
	})
}

// elsewhere lets f change the network namespace of its thread, and changes it back. The thread must live on: the kernel kills the processes
// that a thread has started when the thread ends.
func elsewhere(f func() error) error {
	runtime.LockOSThread()
	here, err := netns.Get()
	if err != nil {
		return err
	}
	err = f()
	if back := netns.Set(here); back != nil {
		panic(back)
	}
	_ = here.Close()
	runtime.UnlockOSThread()
	return err
}

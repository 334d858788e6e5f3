package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

const clusterDomain = "cluster.local"

// services does what CoreDNS and kube-proxy do: names for Services, and addresses that lead to their ready pods. It follows a change after
// lag, as they do on a large cluster: the program that the lag harms must be seen to be harmed.
type services struct {
	factory informers.SharedInformerFactory
	lag     time.Duration
	changes chan change
	known   atomic.Pointer[map[string]service]

	mu        sync.Mutex
	listeners map[string]net.Listener
}

type change struct {
	due   time.Time
	known map[string]service
}

// service is what is known of a Service; key is name.namespace.
type service struct {
	ip       string // empty when it is headless
	external string
	pods     []string
	// ports maps the port of an address to its endpoints, host:port.
	ports map[int32][]string
}

func watchServices(client kubernetes.Interface, lag time.Duration) *services {
	s := &services{
		factory: informers.NewSharedInformerFactory(client, 0), lag: lag, changes: make(chan change, 10_000),
		listeners: map[string]net.Listener{},
	}
	s.known.Store(&map[string]service{})
	return s
}

func (s *services) serve() error {
	packets, err := net.ListenPacket("udp", dnsIP+":53")
	if err != nil {
		return err
	}
	go s.answer(packets)
	changed := func() { s.changes <- change{time.Now().Add(s.lag), s.read()} }
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { changed() }, UpdateFunc: func(any, any) { changed() }, DeleteFunc: func(any) { changed() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		s.factory.Core().V1().Services().Informer(), s.factory.Discovery().V1().EndpointSlices().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	s.factory.Start(context.Background().Done())
	go func() {
		for c := range s.changes {
			time.Sleep(time.Until(c.due)) // the lag
			s.known.Store(&c.known)
			s.listen(c.known)
		}
	}()
	return nil
}

// read returns the services as they are now.
func (s *services) read() map[string]service {
	all := map[string]service{}
	list, _ := s.factory.Core().V1().Services().Lister().List(labels.Everything())
	for _, svc := range list {
		one := service{external: svc.Spec.ExternalName, ports: map[int32][]string{}}
		if svc.Spec.ClusterIP != corev1.ClusterIPNone {
			one.ip = svc.Spec.ClusterIP
		}
		slices, _ := s.factory.Discovery().V1().EndpointSlices().Lister().EndpointSlices(svc.Namespace).List(
			labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: svc.Name}))
		for _, slice := range slices {
			for _, endpoint := range slice.Endpoints {
				if !svc.Spec.PublishNotReadyAddresses && endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready {
					continue
				}
				one.pods = append(one.pods, endpoint.Addresses...)
				for _, port := range svc.Spec.Ports {
					for _, target := range slice.Ports {
						if target.Port == nil || target.Name != nil && *target.Name != port.Name {
							continue
						}
						for _, address := range endpoint.Addresses {
							one.ports[port.Port] = append(one.ports[port.Port], net.JoinHostPort(address, strconv.Itoa(int(*target.Port))))
						}
					}
				}
			}
		}
		for _, port := range svc.Spec.Ports {
			if _, any := one.ports[port.Port]; !any {
				one.ports[port.Port] = nil
			}
		}
		all[svc.Name+"."+svc.Namespace] = one
	}
	return all
}

// listen opens the addresses of Services, and closes those that are gone.
func (s *services) listen(known map[string]service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := map[string]bool{}
	for name, svc := range known {
		if svc.ip == "" {
			continue
		}
		for port := range svc.ports {
			address := net.JoinHostPort(svc.ip, strconv.Itoa(int(port)))
			wanted[address] = true
			if s.listeners[address] != nil {
				continue
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				fmt.Println("service", name, err)
				continue
			}
			s.listeners[address] = listener
			go accept(listener, func(conn net.Conn) { s.connect(conn, name, port) })
		}
	}
	for address, listener := range s.listeners {
		if !wanted[address] {
			_ = listener.Close()
			delete(s.listeners, address)
		}
	}
}

// connect brings a connection to a ready pod, chosen at random. Without one it is refused.
func (s *services) connect(conn net.Conn, name string, port int32) {
	endpoints := (*s.known.Load())[name].ports[port]
	if len(endpoints) == 0 {
		refuse(conn)
		return
	}
	pod, err := net.DialTimeout("tcp", endpoints[rand.IntN(len(endpoints))], 3*time.Second)
	if err != nil {
		refuse(conn)
		return
	}
	join(conn, pod)
}

func refuse(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // too many open files, for a moment
			continue
		}
		go serve(conn)
	}
}

// join copies both ways until both have ended.
func join(a, b net.Conn) {
	var wait sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		wait.Go(func() {
			_, err := io.Copy(pair[0], pair[1])
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok && err == nil {
				_ = half.CloseWrite()
				return
			}
			_ = pair[0].Close()
			_ = pair[1].Close()
		})
	}
	wait.Wait()
	_ = a.Close()
	_ = b.Close()
}

// answer is the DNS server: A records of Services, those of all ready pods if the Service is headless.
func (s *services) answer(packets net.PacketConn) {
	buffer := make([]byte, 4096)
	for {
		n, from, err := packets.ReadFrom(buffer)
		if err != nil {
			return
		}
		if reply, err := s.reply(buffer[:n]); err == nil {
			_, _ = packets.WriteTo(reply, from)
		}
	}
}

func (s *services) reply(packet []byte) ([]byte, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(packet)
	if err != nil {
		return nil, err
	}
	question, err := parser.Question()
	if err != nil {
		return nil, err
	}
	header.Response, header.Authoritative, header.RecursionAvailable, header.RCode = true, true, true, dnsmessage.RCodeNameError
	svc, exists := s.named(question.Name.String())
	if exists {
		header.RCode = dnsmessage.RCodeSuccess
	}
	builder := dnsmessage.NewBuilder(nil, header)
	builder.EnableCompression()
	if err := builder.StartQuestions(); err != nil {
		return nil, err
	}
	if err := builder.Question(question); err != nil {
		return nil, err
	}
	if err := builder.StartAnswers(); err != nil {
		return nil, err
	}
	resource := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 5}
	addresses := svc.pods
	if svc.ip != "" {
		addresses = []string{svc.ip}
	}
	if question.Type == dnsmessage.TypeA {
		for _, i := range rand.Perm(len(addresses)) {
			if ip := net.ParseIP(addresses[i]).To4(); ip != nil {
				if err := builder.AResource(resource, dnsmessage.AResource{A: [4]byte(ip)}); err != nil {
					return nil, err
				}
			}
		}
	}
	return builder.Finish()
}

// named finds a Service by its DNS name: name.namespace.svc.cluster.local.
func (s *services) named(name string) (service, bool) {
	key, ok := strings.CutSuffix(strings.ToLower(name), ".svc."+clusterDomain+".")
	svc, exists := (*s.known.Load())[key]
	return svc, ok && exists
}

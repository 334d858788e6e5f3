package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"
	"golang.org/x/net/netutil"

	"shop/gateway/internal/config"
	"shop/platform/logging"
	"shop/platform/mtls"
)

// Server is the HTTP server with its listener.
type Server struct {
	service string
	cfg     config.Server
	http    *http.Server
	log     *zap.Logger
	failed  func()
	// leaving says that connections are closed after the request that they are used for.
	leaving atomic.Bool
}

// NewServer returns a server that does not listen yet. Without a certificate it serves in plain text. Each phase of a connection has a timeout, so that slow clients cannot hold
// connections.
func NewServer(service string, cfg config.Server, engine *gin.Engine, certificate *mtls.Certificate, log *zap.Logger) *Server {
	s := &Server{service: service, cfg: cfg, log: log, failed: func() {}}
	s.http = &http.Server{
		Handler:           s.closeConnections(engine),
		ReadHeaderTimeout: cfg.ReadTimeout,
		ReadTimeout:       cfg.ReadTimeout,
		WriteTimeout:      cfg.ReadTimeout + cfg.RequestTimeout + cfg.WriteTimeout,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    cfg.MaxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: cfg.MaxStreams},
		// net/http's own answer to OPTIONS * would bypass the limits, the log and the format of answers.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     zap.NewStdLog(log.WithOptions(zap.IncreaseLevel(zap.WarnLevel))),
	}
	if certificate != nil {
		s.http.TLSConfig = certificate.Config()
	}
	return s
}

// closeConnections tells the client of each answer not to use the connection again, once the server is leaving.
func (s *Server) closeConnections(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Start listens, so that a port that is already taken fails the start of the service, and serves in the background.
func (s *Server) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen for HTTP: %w", err)
	}
	s.Serve(listener)
	return nil
}

// Serve takes connections from the listener, in the background.
func (s *Server) Serve(listener net.Listener) {
	go func() {
		if err := s.serve(netutil.LimitListener(listener, s.cfg.MaxConnections)); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("HTTP server ended", logging.Event(s.service+".service.failed"), logging.Error(err))
			s.failed()
		}
	}()
	s.log.Info("service started", logging.Event(s.service+".service.started"), zap.Stringer("addr", listener.Addr()))
}

func (s *Server) serve(listener net.Listener) error {
	if s.http.TLSConfig == nil {
		return s.http.Serve(listener)
	}
	return s.http.ServeTLS(listener, "", "")
}

// OnFailure sets a function that is called when the server ends without having been stopped. Set it before Start.
func (s *Server) OnFailure(f func()) { s.failed = f }

// EndKeepAlive lets each connection serve one more request. To close the idle ones at once would lose the requests that are on their way.
func (s *Server) EndKeepAlive() { s.leaving.Store(true) }

// Stop accepts no new connections and lets requests in progress finish. When ctx ends it closes their connections and returns the error of
// ctx.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close()
	}
	return err
}

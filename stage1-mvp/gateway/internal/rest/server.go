package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/gateway/internal/config"
	"stagecraft/stage1-mvp/platform/logging"
)

// answerTime is what is left for writing an answer after the request's own time is up.
const answerTime = 5 * time.Second

// Server is the HTTP server with its listener.
type Server struct {
	service string
	cfg     config.Server
	http    *http.Server
	log     *zap.Logger
	failed  func()
}

// NewServer returns a server that does not listen yet. Each phase of a connection is limited, so that slow clients cannot occupy all
// connections.
func NewServer(service string, cfg config.Server, engine *gin.Engine, log *zap.Logger) *Server {
	return &Server{service: service, cfg: cfg, log: log, failed: func() {}, http: &http.Server{
		Handler:           engine,
		ReadHeaderTimeout: cfg.ReadTimeout,
		ReadTimeout:       cfg.ReadTimeout,
		WriteTimeout:      cfg.ReadTimeout + cfg.RequestTimeout + answerTime,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    16 << 10,
		// OPTIONS * would bypass the limits, the log and the format of answers.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     zap.NewStdLog(log.WithOptions(zap.IncreaseLevel(zap.WarnLevel))),
	}}
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
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("HTTP server ended", logging.Event(s.service+".service.failed"), logging.Error(err))
			s.failed()
		}
	}()
	s.log.Info("service started", logging.Event(s.service+".service.started"), zap.Stringer("addr", listener.Addr()))
}

// OnFailure sets a function that is called when the server ends without having been stopped. Set it before Start.
func (s *Server) OnFailure(f func()) { s.failed = f }

// Stop takes no new connections and lets running requests finish; those that are not done in time are cut off, so that the stop hooks
// after this one get their share of the time.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DrainTimeout)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close() // no failure of ours: anybody can read slowly
	}
	return nil
}

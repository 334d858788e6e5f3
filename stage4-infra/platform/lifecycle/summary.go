package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/logging"
	"shop/platform/parallel"
)

// Summary says how long each part of a stop took, and what went wrong.
type Summary struct {
	Took  time.Duration
	Parts []Outcome
	// Interrupted says that a second signal ended the stop.
	Interrupted bool
}

// Outcome is what became of a part. Err is nil if it stopped cleanly.
type Outcome struct {
	Phase Phase
	Name  string
	Took  time.Duration
	Err   error
}

// CutOff tells whether the part had to end before its work was finished.
func (o Outcome) CutOff() bool {
	return errors.Is(o.Err, context.DeadlineExceeded) || errors.Is(o.Err, context.Canceled)
}

func (s *Summary) add(p *part, took time.Duration, err error) {
	s.Parts = append(s.Parts, Outcome{Phase: p.phase, Name: p.name, Took: took, Err: err})
}

// Err returns nil after a clean stop, and otherwise the errors of all parts.
func (s Summary) Err() error {
	var faults []error
	for _, o := range s.Parts {
		if o.Err != nil {
			faults = append(faults, fmt.Errorf("stop %s: %w", o.Name, o.Err))
		}
	}
	return errors.Join(faults...)
}

// log writes the one line about the stop, and before it one for each part that failed.
func (s Summary) log(log *zap.Logger, service string) {
	cutOff := []string{}
	for _, o := range s.Parts {
		if o.CutOff() {
			cutOff = append(cutOff, o.String())
			continue
		}
		if o.Err != nil {
			o.logFailure(log)
		}
	}
	level, err := zap.InfoLevel, s.Err()
	fields := []zap.Field{
		logging.Event(service + ".service.stopped"), zap.Int64("duration_ms", s.Took.Milliseconds()), zap.Array("parts", outcomes(s.Parts)),
		zap.Strings("cut_off", cutOff), zap.Bool("interrupted", s.Interrupted),
	}
	if err != nil {
		level, fields = zap.ErrorLevel, append(fields, logging.Error(err))
	}
	log.Log(level, "service stopped", fields...)
}

// String returns the part with its phase, as in server/grpc.
func (o Outcome) String() string { return string(o.Phase) + "/" + o.Name }

func (o Outcome) logFailure(log *zap.Logger) {
	if panicked := new(parallel.PanicError); errors.As(o.Err, &panicked) {
		log = log.With(zap.ByteString("stack", panicked.Stack))
	}
	log.Warn("part of the service did not stop cleanly", logging.Event("platform.lifecycle.part_failed"),
		zap.Stringer("part", o), logging.Error(o.Err))
}

type outcomes []Outcome

// MarshalLogArray implements zapcore.ArrayMarshaler.
func (all outcomes) MarshalLogArray(array zapcore.ArrayEncoder) error {
	for _, o := range all {
		if err := array.AppendObject(o); err != nil {
			return err
		}
	}
	return nil
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (o Outcome) MarshalLogObject(object zapcore.ObjectEncoder) error {
	object.AddString("phase", string(o.Phase))
	object.AddString("part", o.Name)
	object.AddInt64("duration_ms", o.Took.Milliseconds())
	return nil
}

package fault

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Types of AMQP 0-9-1 frames. A heartbeat is type 8 and passes like any other frame.
const (
	frameMethod = 1
	frameHeader = 2
	frameBody   = 3
	frameEnd    = 0xCE
)

// headerSize is type, channel and length of a frame.
const headerSize = 7

// maxFrame is far above what a broker negotiates; a longer frame is not AMQP.
const maxFrame = 16 << 20

// An amqpFrame is one frame as it is on the wire.
type amqpFrame struct{ raw []byte }

func (f amqpFrame) kind() byte      { return f.raw[0] }
func (f amqpFrame) channel() uint16 { return binary.BigEndian.Uint16(f.raw[1:]) }
func (f amqpFrame) payload() []byte { return f.raw[headerSize : len(f.raw)-1] }

// method is the class and the id of a method frame in one number.
func (f amqpFrame) method() method {
	if f.kind() != frameMethod || len(f.payload()) < 4 {
		return 0
	}
	return method(binary.BigEndian.Uint32(f.payload()))
}

// arguments is what follows class and id.
func (f amqpFrame) arguments() []byte { return f.payload()[4:] }

// A method is class<<16 | id.
type method uint32

// The methods that the link looks into.
const (
	channelOpen    method = 20<<16 | 10
	basicConsume   method = 60<<16 | 20
	basicConsumeOK method = 60<<16 | 21
	basicPublish   method = 60<<16 | 40
	basicReturn    method = 60<<16 | 50
	basicDeliver   method = 60<<16 | 60
	basicGet       method = 60<<16 | 70
	basicGetOK     method = 60<<16 | 71
	basicAck       method = 60<<16 | 80
	basicReject    method = 60<<16 | 90
	basicNack      method = 60<<16 | 120
	confirmSelect  method = 85<<16 | 10
)

// hasContent says that a header frame and body frames follow the method.
func (m method) hasContent() bool {
	return m == basicPublish || m == basicReturn || m == basicDeliver || m == basicGetOK
}

func readFrame(r *bufio.Reader) (amqpFrame, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return amqpFrame{}, err
	}
	size := binary.BigEndian.Uint32(header[3:])
	if size > maxFrame {
		return amqpFrame{}, fmt.Errorf("a frame of %d bytes", size)
	}
	raw := make([]byte, headerSize+int(size)+1)
	copy(raw, header[:])
	if _, err := io.ReadFull(r, raw[headerSize:]); err != nil {
		return amqpFrame{}, err
	}
	if raw[len(raw)-1] != frameEnd {
		return amqpFrame{}, errors.New("a frame without its end")
	}
	return amqpFrame{raw}, nil
}

// methodFrame builds a method frame.
func methodFrame(channel uint16, m method, arguments []byte) amqpFrame {
	raw := make([]byte, 0, headerSize+4+len(arguments)+1)
	raw = append(raw, frameMethod)
	raw = binary.BigEndian.AppendUint16(raw, channel)
	raw = binary.BigEndian.AppendUint32(raw, uint32(4+len(arguments)))
	raw = binary.BigEndian.AppendUint32(raw, uint32(m))
	raw = append(raw, arguments...)
	return amqpFrame{append(raw, frameEnd)}
}

// settleFrame is an ack, a nack or a reject of one delivery tag. flags is multiple (ack), requeue (reject), or both (nack).
func settleFrame(channel uint16, m method, tag uint64, flags byte) amqpFrame {
	return methodFrame(channel, m, append(binary.BigEndian.AppendUint64(nil, tag), flags))
}

// content is a method with its header and its body.
type content struct {
	frames []amqpFrame
	need   uint64 // bytes of the body that have not come yet
	header bool   // the header frame has come
}

func (c *content) add(f amqpFrame) error {
	c.frames = append(c.frames, f)
	switch f.kind() {
	case frameHeader:
		if len(f.payload()) < 14 {
			return errors.New("a content header that is too short")
		}
		c.need, c.header = binary.BigEndian.Uint64(f.payload()[4:]), true
	case frameBody:
		if size := uint64(len(f.payload())); size <= c.need {
			c.need -= size
		} else {
			return errors.New("a body that is longer than its header says")
		}
	case frameMethod:
	default:
		return fmt.Errorf("a frame of type %d inside a message", f.kind())
	}
	return nil
}

func (c *content) complete() bool { return c.header && c.need == 0 }

func (c *content) body() []byte {
	var body []byte
	for _, f := range c.frames {
		if f.kind() == frameBody {
			body = append(body, f.payload()...)
		}
	}
	return body
}

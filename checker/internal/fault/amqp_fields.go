package fault

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// fields reads the fields of a method or a header one after the other. After a field that is not there, all others are empty.
type fields struct {
	data []byte
	bad  bool
}

func (f *fields) take(n int) []byte {
	if f.bad || n < 0 || len(f.data) < n {
		f.bad = true
		return make([]byte, max(0, min(n, 8)))
	}
	taken := f.data[:n]
	f.data = f.data[n:]
	return taken
}

func (f *fields) octet() byte      { return f.take(1)[0] }
func (f *fields) short() uint16    { return binary.BigEndian.Uint16(f.take(2)) }
func (f *fields) long() uint32     { return binary.BigEndian.Uint32(f.take(4)) }
func (f *fields) longlong() uint64 { return binary.BigEndian.Uint64(f.take(8)) }
func (f *fields) shortstr() string { return f.text(int(f.octet())) }
func (f *fields) longstr() string  { return f.text(int(f.long())) }
func (f *fields) text(n int) string {
	taken := f.take(n)
	if f.bad {
		return ""
	}
	return string(taken)
}

func (f *fields) table() map[string]any {
	inner := fields{data: []byte(f.longstr())}
	table := map[string]any{}
	for len(inner.data) > 0 && !inner.bad {
		name := inner.shortstr()
		table[name] = inner.value()
	}
	return table
}

func (f *fields) array() []any {
	inner := fields{data: []byte(f.longstr())}
	var list []any
	for len(inner.data) > 0 && !inner.bad {
		list = append(list, inner.value())
	}
	return list
}

// value reads a field of a table. The letters are those that RabbitMQ uses, which differ from the specification's.
func (f *fields) value() any {
	switch kind := f.octet(); kind {
	case 't':
		return f.octet() != 0
	case 'b':
		return int64(int8(f.octet()))
	case 'B':
		return int64(f.octet())
	case 's':
		return int64(int16(f.short()))
	case 'u':
		return int64(f.short())
	case 'I':
		return int64(int32(f.long()))
	case 'i':
		return int64(f.long())
	case 'l':
		return int64(f.longlong())
	case 'f':
		return float64(math.Float32frombits(f.long()))
	case 'd':
		return math.Float64frombits(f.longlong())
	case 'D':
		scale, value := f.octet(), int32(f.long())
		return float64(value) / math.Pow10(int(scale))
	case 'S':
		return f.longstr()
	case 'x':
		return []byte(f.longstr())
	case 'A':
		return f.array()
	case 'T':
		return time.Unix(int64(f.longlong()), 0)
	case 'F':
		return f.table()
	case 'V':
		return nil
	default:
		f.bad = true
		return fmt.Sprintf("field of type %q", kind)
	}
}

// properties reads the payload of a header frame into m.
func properties(payload []byte, m *Message) {
	f := fields{data: payload}
	f.take(12) // class, weight, size of the body
	flags := f.short()
	for more := flags & 1; more != 0; more = f.short() & 1 {
		continue
	}
	has := func(bit int) bool { return flags&(1<<bit) != 0 }
	skip := func(bit int) {
		if has(bit) {
			f.shortstr()
		}
	}
	skip(15) // content type
	skip(14) // content encoding
	if has(13) {
		m.Headers = f.table()
	}
	if has(12) {
		m.Persistent = f.octet() == 2
	}
	if has(11) {
		f.octet() // priority
	}
	if has(10) {
		m.CorrelationID = f.shortstr()
	}
	skip(9) // reply to
	skip(8) // expiration
	if has(7) {
		m.ID = f.shortstr()
	}
	if has(6) {
		m.Timestamp = time.Unix(int64(f.longlong()), 0)
	}
	if has(5) {
		m.Type = f.shortstr()
	}
}

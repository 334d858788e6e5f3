package contracttest

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Fields records which fields of messages were filled. A field that one side sends and the other forgets to map would stay empty for ever,
// and nothing else would notice.
type Fields struct {
	seen map[protoreflect.FullName]bool
}

// NewFields returns an empty record.
func NewFields() *Fields { return &Fields{seen: make(map[protoreflect.FullName]bool)} }

// Saw records the fields that are set in the message and in the messages inside it.
func (f *Fields) Saw(m proto.Message) { f.saw(m.ProtoReflect()) }

func (f *Fields) saw(m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		f.seen[field.FullName()] = true
		switch {
		case field.Message() == nil || field.IsMap():
		case field.IsList():
			for i := range value.List().Len() {
				f.saw(value.List().Get(i).Message())
			}
		default:
			f.saw(value.Message())
		}
		return true
	})
}

// Missing returns, sorted, the fields of the service's answers that no message had set.
func (f *Fields) Missing(service protoreflect.ServiceDescriptor) []string {
	visited, missing := make(map[protoreflect.FullName]bool), []string{}
	var visit func(m protoreflect.MessageDescriptor)
	visit = func(m protoreflect.MessageDescriptor) {
		if visited[m.FullName()] || m.ParentFile().Package() == "google.protobuf" {
			return
		}
		visited[m.FullName()] = true
		for i := range m.Fields().Len() {
			field := m.Fields().Get(i)
			if !f.seen[field.FullName()] {
				missing = append(missing, string(field.FullName()))
			}
			if field.Message() != nil {
				visit(field.Message())
			}
		}
	}
	for i := range service.Methods().Len() {
		visit(service.Methods().Get(i).Output())
	}
	slices.Sort(missing)
	return missing
}

package protocontract

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"stagecraft/checker/internal/check"
)

const (
	whyNumber = "On the wire a field is its number and nothing else: an old client writes and reads this number, and takes whatever has it for its own field."
	whyName   = "Requests and logs in JSON have names in place of numbers, and so has the source code of every client."
	whyGone   = "buf breaking with WIRE_JSON does not see a method or a message that is gone. An old client does: it gets UNIMPLEMENTED, or a field that is empty."
)

// differs compares what was released with the contract of now; nil when a released client cannot tell them apart.
func differs(old, now *protoregistry.Files) (found *check.Failure) {
	old.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(file.Path(), "google/") {
			return true
		}
		found = first(each(file.Services(), func(s protoreflect.ServiceDescriptor) *check.Failure { return serviceDiffers(s, now) }),
			each(file.Messages(), func(m protoreflect.MessageDescriptor) *check.Failure { return messageDiffers(m, now) }),
			each(file.Enums(), func(e protoreflect.EnumDescriptor) *check.Failure { return enumDiffers(e, now) }))
		return found == nil
	})
	return found
}

// list is one of the lists of package protoreflect.
type list[D any] interface {
	Len() int
	Get(i int) D
}

// each returns the first failure of the members.
func each[D any](members list[D], judge func(D) *check.Failure) *check.Failure {
	for i := range members.Len() {
		if f := judge(members.Get(i)); f != nil {
			return f
		}
	}
	return nil
}

func first(failures ...*check.Failure) *check.Failure {
	for _, f := range failures {
		if f != nil {
			return f
		}
	}
	return nil
}

func gone(what string, name protoreflect.FullName) *check.Failure {
	return &check.Failure{ID: "removed", Sentence: fmt.Sprintf("the %s %s is gone", what, name), Expected: "everything that was released is still there, deprecated if need be", Seen: "no " + what + " of this name", Why: whyGone}
}

func serviceDiffers(old protoreflect.ServiceDescriptor, files *protoregistry.Files) *check.Failure {
	found, err := files.FindDescriptorByName(old.FullName())
	now, ok := found.(protoreflect.ServiceDescriptor)
	if err != nil || !ok {
		return gone("service", old.FullName())
	}
	return each(old.Methods(), func(was protoreflect.MethodDescriptor) *check.Failure {
		is := now.Methods().ByName(was.Name())
		if is == nil {
			return gone("method", was.FullName())
		}
		if signature(was) != signature(is) {
			return &check.Failure{ID: "method", Sentence: fmt.Sprintf("the method %s has changed", was.FullName()), Expected: signature(was), Seen: signature(is), Why: "An old client sends and expects the messages of its own contract, one each or a stream of them."}
		}
		return nil
	})
}

func signature(m protoreflect.MethodDescriptor) string {
	stream := map[bool]string{true: "stream "}
	return fmt.Sprintf("%s(%s%s) returns (%s%s)", m.Name(), stream[m.IsStreamingClient()], m.Input().FullName(), stream[m.IsStreamingServer()], m.Output().FullName())
}

func messageDiffers(old protoreflect.MessageDescriptor, files *protoregistry.Files) *check.Failure {
	now := message(files, old.FullName())
	if now == nil {
		return gone("message", old.FullName())
	}
	return first(
		each(old.Fields(), func(was protoreflect.FieldDescriptor) *check.Failure { return fieldDiffers(was, now) }),
		each(old.Messages(), func(m protoreflect.MessageDescriptor) *check.Failure { return messageDiffers(m, files) }),
		each(old.Enums(), func(e protoreflect.EnumDescriptor) *check.Failure { return enumDiffers(e, files) }),
	)
}

func fieldDiffers(was protoreflect.FieldDescriptor, now protoreflect.MessageDescriptor) *check.Failure {
	is, named := now.Fields().ByNumber(was.Number()), now.Fields().ByName(was.Name())
	fail := func(id, sentence, why string) *check.Failure {
		seen := "no field with the number and none with the name"
		if is == nil && named != nil {
			is = named
		}
		if is != nil {
			seen = describe(is)
		}
		return &check.Failure{ID: id, Sentence: fmt.Sprintf(sentence, was.FullName()), Expected: describe(was), Seen: seen, Why: why}
	}
	switch {
	case named != nil && named.Number() != was.Number():
		return fail("renumbered", "the field %s has another number", whyNumber)
	case is == nil:
		return fail("field-removed", "the field %s is gone", "An old client still sends it, or shows it as empty. A field of which no client is left may go, and its number and name are reserved then; of this contract clients are left.")
	case named == nil && typeOf(is) == typeOf(was) && is.Cardinality() == was.Cardinality():
		return fail("renamed", "the field %s has another name", whyName)
	case named == nil:
		return fail("reused", "the number of the field %s belongs to another one", whyNumber)
	case describe(is) != describe(was):
		return fail("type", "the field %s has another type", "The bytes that an old client sends do not mean what they meant, and a presence that comes or goes changes what zero means.")
	case is.JSONName() != was.JSONName():
		return fail("renamed", "the field %s has another name in JSON", whyName)
	}
	return nil
}

func enumDiffers(old protoreflect.EnumDescriptor, files *protoregistry.Files) *check.Failure {
	found, err := files.FindDescriptorByName(old.FullName())
	now, ok := found.(protoreflect.EnumDescriptor)
	if err != nil || !ok {
		return gone("enum", old.FullName())
	}
	return each(old.Values(), func(was protoreflect.EnumValueDescriptor) *check.Failure {
		seen := "no value with the number"
		is := now.Values().ByNumber(was.Number())
		if is != nil && is.Name() == was.Name() {
			return nil
		}
		if is != nil {
			seen = fmt.Sprintf("%s = %d", is.Name(), is.Number())
		}
		return &check.Failure{ID: "enum", Sentence: fmt.Sprintf("the value %s has changed", was.FullName()), Expected: fmt.Sprintf("%s = %d", was.Name(), was.Number()), Seen: seen, Why: "A number that is stored or sent keeps its meaning. Old clients get the number, and zero for whatever was not set."}
	})
}

// describe is the field as the contract has it: "optional order.v1.Money total = 5".
func describe(f protoreflect.FieldDescriptor) string {
	words := []string{typeOf(f), fmt.Sprintf("%s = %d", f.Name(), f.Number())}
	switch {
	case f.IsMap():
		words[0] = fmt.Sprintf("map<%s, %s>", typeOf(f.MapKey()), typeOf(f.MapValue()))
	case f.IsList():
		words[0] = "repeated " + words[0]
	case isChoice(f):
		words[0] = "in oneof " + string(f.ContainingOneof().Name()) + ": " + words[0]
	case f.HasPresence() && f.Message() == nil:
		words[0] = "optional " + words[0]
	}
	return strings.Join(words, " ")
}

func typeOf(f protoreflect.FieldDescriptor) string {
	switch {
	case f.Message() != nil:
		return string(f.Message().FullName())
	case f.Enum() != nil:
		return string(f.Enum().FullName())
	}
	return f.Kind().String()
}

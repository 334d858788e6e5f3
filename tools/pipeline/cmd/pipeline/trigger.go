package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
)

// starts reports whether the workflow runs for the event.
func starts(w *actionlint.Workflow, s scenario) bool {
	return slices.ContainsFunc(w.On, func(event actionlint.Event) bool {
		if event.EventName() != s.Event {
			return false
		}
		hook, ok := event.(*actionlint.WebhookEvent)
		return !ok || hooked(hook, s)
	})
}

func hooked(hook *actionlint.WebhookEvent, s scenario) bool {
	types := values(hook.Types)
	if len(types) == 0 && strings.HasPrefix(s.Event, "pull_request") {
		types = []string{"opened", "synchronize", "reopened"}
	}
	if len(types) > 0 && s.Action != "" && !slices.Contains(types, s.Action) {
		return false
	}
	branches := filter(hook.Branches, hook.BranchesIgnore)
	tags := filter(hook.Tags, hook.TagsIgnore)
	switch name, isTag := strings.CutPrefix(s.Ref, "refs/tags/"); {
	case s.BaseRef != "":
		if branches != nil && !branches(s.BaseRef) {
			return false
		}
	case isTag:
		if tags == nil && branches != nil || tags != nil && !tags(name) {
			return false
		}
		return true // paths are not looked at
	default:
		if branches == nil && tags != nil || branches != nil && !branches(strings.TrimPrefix(s.Ref, "refs/heads/")) {
			return false
		}
	}
	paths := filter(hook.Paths, hook.PathsIgnore)
	return paths == nil || slices.ContainsFunc(s.Changed, paths)
}

// filter returns whether a name passes both filters, or nil when there are none.
func filter(only, ignored *actionlint.WebhookEventFilter) func(string) bool {
	if only.IsEmpty() && ignored.IsEmpty() {
		return nil
	}
	return func(name string) bool {
		return (only.IsEmpty() || matches(values(only.Values), name)) && (ignored.IsEmpty() || !matches(values(ignored.Values), name))
	}
}

// matches reports whether the last pattern that fits the name is one that does not begin with an exclamation mark.
func matches(patterns []string, name string) bool {
	matched := false
	for _, pattern := range patterns {
		pattern, negative := strings.CutPrefix(pattern, "!")
		if glob(pattern).MatchString(name) {
			matched = !negative
		}
	}
	return matched
}

// glob is a pattern of GitHub's filters: * stops at a slash, ** does not.
func glob(pattern string) *regexp.Regexp {
	var out strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			out.WriteString("(.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			out.WriteString(".*")
			i++
		case c == '*':
			out.WriteString("[^/]*")
		case strings.ContainsRune("?+[]", rune(c)):
			out.WriteByte(c)
		default:
			out.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	compiled, err := regexp.Compile("^" + out.String() + "$")
	if err != nil {
		return regexp.MustCompile("^" + regexp.QuoteMeta(pattern) + "$")
	}
	return compiled
}

func values(all []*actionlint.String) []string {
	var texts []string
	for _, one := range all {
		texts = append(texts, one.Value)
	}
	return texts
}

package author

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Carry says which change of one stage to apply to another. Both are directories of the repository at Root.
type Carry struct {
	Root     string
	From, To string
	Commits  []string // applied in this order; empty: the last commit that touched From
	Worktree bool     // the uncommitted change of From instead of commits
}

// A Carried change is applied to the index and the working tree, without a commit.
type Carried struct {
	Commit    string   // empty for the working tree
	Subject   string   // the first line of its message
	Files     []string // what the merge changed in To so far, relative to the root
	Conflicts []string // left in the index and with markers in the files, as git merge leaves them
	Remaining []string // commits after the one with conflicts, which were not applied
}

// Apply merges what the commits changed in From into To, three-way and with git's own merge: base is From before the change,
// theirs is From after it, ours is To. It stops at the first commit that leaves conflicts. It refuses a To with uncommitted changes.
func (c Carry) Apply(ctx context.Context) ([]Carried, error) {
	g := git{dir: c.Root}
	prefix, err := g.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	for _, dir := range []*string{&c.From, &c.To} {
		*dir = filepath.ToSlash(filepath.Clean(*dir))
		if info, err := os.Stat(filepath.Join(c.Root, *dir)); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("no stage %s in %s", *dir, c.Root)
		}
	}
	if c.From == c.To {
		return nil, fmt.Errorf("%s and %s are the same stage", c.From, c.To)
	}
	if c.Worktree && len(c.Commits) > 0 {
		return nil, errors.New("either commits or the working tree, not both")
	}
	dirty, err := g.run(ctx, "status", "--porcelain", "--untracked-files=all", "--", c.To)
	if err != nil {
		return nil, err
	}
	if dirty != "" {
		return nil, fmt.Errorf("%s has uncommitted changes; commit or stash them first:\n%s", c.To, dirty)
	}
	changes, err := c.changes(ctx, g, prefix)
	if err != nil {
		return nil, err
	}
	var done []Carried
	for i, change := range changes {
		carried, err := change.apply(ctx, g, prefix+c.To, c.To)
		if err != nil {
			return done, err
		}
		if len(carried.Conflicts) > 0 {
			for _, later := range changes[i+1:] {
				carried.Remaining = append(carried.Remaining, later.commit)
			}
			return append(done, carried), nil
		}
		done = append(done, carried)
	}
	return done, nil
}

// change is two versions of a stage, as tree objects. An empty before is a stage that did not exist.
type change struct{ commit, subject, before, after string }

func (c Carry) changes(ctx context.Context, g git, prefix string) ([]change, error) {
	if c.Worktree {
		before, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "HEAD:"+prefix+c.From)
		if err != nil {
			return nil, fmt.Errorf("%s is in no commit yet", c.From)
		}
		tree, err := g.worktree(ctx, c.From)
		if err != nil {
			return nil, err
		}
		after, err := g.run(ctx, "rev-parse", tree+":"+prefix+c.From)
		if err != nil {
			return nil, err
		}
		if before == after {
			return nil, fmt.Errorf("%s has no uncommitted changes", c.From)
		}
		return []change{{"", "uncommitted change of " + c.From, before, after}}, nil
	}
	commits := c.Commits
	if len(commits) == 0 {
		last, err := g.run(ctx, "log", "-1", "--format=%H", "--", c.From)
		if err != nil {
			return nil, err
		}
		if last == "" {
			return nil, fmt.Errorf("no commit touches %s", c.From)
		}
		commits = []string{last}
	}
	var changes []change
	for _, name := range commits {
		commit, err := g.run(ctx, "rev-parse", "--verify", "--quiet", name+"^{commit}")
		if err != nil {
			return nil, fmt.Errorf("no commit %s", name)
		}
		subject, err := g.run(ctx, "log", "-1", "--format=%h %s", commit)
		if err != nil {
			return nil, err
		}
		after, err := g.run(ctx, "rev-parse", "--verify", "--quiet", commit+":"+prefix+c.From)
		if err != nil {
			return nil, fmt.Errorf("%s is not in commit %s", c.From, subject)
		}
		// Fails for the commit that added the stage, and for the first commit of all.
		before, err := g.run(ctx, "rev-parse", "--verify", "--quiet", commit+"^:"+prefix+c.From)
		if err != nil {
			before = ""
		}
		if before == after {
			return nil, fmt.Errorf("commit %s changes nothing in %s", subject, c.From)
		}
		changes = append(changes, change{commit, subject, before, after})
	}
	return changes, nil
}

// apply picks a commit that changes To from the change's before to its after. Its parent, and so the base of the merge, is HEAD with
// the change's before in place of To: outside To nothing differs, and so nothing is merged.
func (c change) apply(ctx context.Context, g git, path, to string) (Carried, error) {
	carried := Carried{Commit: c.commit, Subject: c.subject}
	base, err := g.commitWith(ctx, path, c.before, "HEAD", c.subject)
	if err != nil {
		return carried, err
	}
	theirs, err := g.commitWith(ctx, path, c.after, base, c.subject)
	if err != nil {
		return carried, err
	}
	_, failed := g.run(ctx, "-c", "merge.directoryRenames=false", "cherry-pick", "--no-commit", "--allow-empty", theirs)
	conflicts, err := g.lines(ctx, "diff", "--name-only", "--diff-filter=U", "--relative", "--", to)
	if err != nil {
		return carried, err
	}
	if failed != nil && len(conflicts) == 0 {
		return carried, failed
	}
	carried.Conflicts = conflicts
	carried.Files, err = g.lines(ctx, "diff", "--name-only", "--relative", "HEAD", "--", to)
	return carried, err
}

// git runs git in a directory, with a temporary index if one is set.
type git struct{ dir, index string }

// run returns what the command prints, without the last line end.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", args...)
	command.Dir = g.dir
	command.Env = append(os.Environ(), "LC_ALL=C", "GIT_EDITOR=true",
		"GIT_AUTHOR_NAME=carry", "GIT_AUTHOR_EMAIL=carry@localhost", "GIT_COMMITTER_NAME=carry", "GIT_COMMITTER_EMAIL=carry@localhost")
	if g.index != "" {
		command.Env = append(command.Env, "GIT_INDEX_FILE="+g.index)
	}
	var out, problem bytes.Buffer
	command.Stdout, command.Stderr = &out, &problem
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(problem.String()))
	}
	return strings.TrimRight(out.String(), "\n"), nil
}

func (g git) lines(ctx context.Context, args ...string) ([]string, error) {
	out, err := g.run(ctx, append([]string{"-c", "core.quotePath=false"}, args...)...)
	if err != nil || out == "" {
		return nil, err
	}
	return strings.Split(out, "\n"), nil
}

// withIndex calls do with an index of its own that starts as HEAD, and returns the tree that do leaves in it.
func (g git) withIndex(ctx context.Context, do func(git) error) (tree string, err error) {
	dir, err := os.MkdirTemp("", "stagecraft-carry-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	g.index = filepath.Join(dir, "index")
	if _, err := g.run(ctx, "read-tree", "HEAD"); err != nil {
		return "", err
	}
	if err := do(g); err != nil {
		return "", err
	}
	return g.run(ctx, "write-tree")
}

// worktree returns HEAD's tree with dir as it is in the working tree.
func (g git) worktree(ctx context.Context, dir string) (tree string, err error) {
	return g.withIndex(ctx, func(g git) error {
		_, err := g.run(ctx, "add", "--all", "--", dir)
		return err
	})
}

// commitWith returns a commit on parent whose tree is HEAD's with the tree content at path; no content removes path.
func (g git) commitWith(ctx context.Context, path, content, parent, subject string) (commit string, err error) {
	tree, err := g.withIndex(ctx, func(g git) error {
		if _, err := g.run(ctx, "rm", "-r", "--cached", "--quiet", "--ignore-unmatch", "--", ":(top)"+path); err != nil || content == "" {
			return err
		}
		_, err := g.run(ctx, "read-tree", "--prefix="+path+"/", content)
		return err
	})
	if err != nil {
		return "", err
	}
	return g.run(ctx, "commit-tree", "-m", subject, "-p", parent, tree)
}

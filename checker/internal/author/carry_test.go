package author

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// repository is a git repository in a temporary directory with a stage and a copy of it that has changes of its own.
type repository struct {
	t   *testing.T
	dir string
}

const (
	from = "stage1-mvp"
	to   = "stage2-async"
)

const orderText = "package order\n\nfunc One() int { return 1 }\n\n// Two is in the middle.\nfunc Two() int { return 2 }\n\n// Three is the last.\nfunc Three() int { return 3 }\n"

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{t, t.TempDir()}
	r.git("init", "--quiet", "--initial-branch=main")
	r.git("config", "user.name", "test")
	r.git("config", "user.email", "test@localhost")
	for _, stage := range []string{from, to} {
		r.write(stage+"/order/order.go", orderText)
		r.write(stage+"/order/stock.go", "package order\n\nfunc Stock() int { return 10 }\n\nvar a, b, c, d int\n")
		r.write(stage+"/order/old.go", "package order\n\nfunc Old() {}\n")
		r.write(stage+"/logo.png", "\x89PNG\x00\x01\x02")
	}
	r.write("README.md", "# A workshop\n")
	r.commit("add two stages")
	return r
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	name = filepath.Join(r.dir, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(r.t, os.WriteFile(name, []byte(text), 0o644))
}

func (r *repository) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	require.NoError(r.t, err)
	return string(text)
}

func (r *repository) replace(name, old, new string) {
	r.t.Helper()
	text := r.read(name)
	require.Contains(r.t, text, old)
	r.write(name, strings.Replace(text, old, new, 1))
}

func (r *repository) git(args ...string) string {
	r.t.Helper()
	command := exec.CommandContext(r.t.Context(), "git", args...)
	command.Dir = r.dir
	out, err := command.CombinedOutput()
	require.NoError(r.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (r *repository) commit(message string) (hash string) {
	r.t.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "--message", message)
	return r.git("rev-parse", "HEAD")
}

func (r *repository) carry(commits ...string) ([]Carried, error) {
	return Carry{Root: r.dir, From: from, To: to, Commits: commits}.Apply(r.t.Context())
}

func TestCarry_ChangeBesideAnotherChange_Merges(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.replace(to+"/order/order.go", "return 3", "return 33")
	r.commit("stage 2 changes three")
	r.replace(from+"/order/order.go", "return 1", "return 11")
	fix := r.commit("stage 1 changes one")

	done, err := r.carry()
	require.NoError(t, err)
	require.Len(t, done, 1)
	assert.Equal(t, fix, done[0].Commit, "the last commit that touched the stage is the default")
	assert.Empty(t, done[0].Conflicts)
	assert.Equal(t, []string{to + "/order/order.go"}, done[0].Files)
	text := r.read(to + "/order/order.go")
	assert.Contains(t, text, "return 11", "the carried change")
	assert.Contains(t, text, "return 33", "the stage's own change")
	assert.Equal(t, "M  "+to+"/order/order.go", r.git("status", "--porcelain"), "staged, not committed, and nothing else")
	assert.Equal(t, fix, r.git("rev-parse", "HEAD"))
}

func TestCarry_ChangeOfTheSameLine_LeavesAConflict(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.replace(to+"/order/order.go", "return 1", "return 100")
	r.commit("stage 2 changes one")
	r.replace(from+"/order/order.go", "return 1", "return 11")
	first := r.commit("stage 1 changes one")
	r.replace(from+"/order/stock.go", "return 10", "return 20")
	second := r.commit("stage 1 changes stock")

	done, err := r.carry(first, second)
	require.NoError(t, err)
	require.Len(t, done, 1, "it stops at the conflict")
	assert.Equal(t, []string{to + "/order/order.go"}, done[0].Conflicts)
	assert.Equal(t, []string{second}, done[0].Remaining)
	assert.Equal(t, "UU "+to+"/order/order.go", r.git("status", "--porcelain"))
	text := r.read(to + "/order/order.go")
	for _, part := range []string{"<<<<<<< HEAD", "return 100", "=======", "return 11", ">>>>>>> ", "stage 1 changes one"} {
		assert.Contains(t, text, part)
	}
	assert.Contains(t, r.read(to+"/order/stock.go"), "return 10", "the second commit is not applied")
}

func TestCarry_SeveralCommits_AreAppliedInOrder(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.replace(from+"/order/stock.go", "return 10", "return 20")
	first := r.commit("stage 1: 20")
	r.replace(from+"/order/stock.go", "return 20", "return 30")
	second := r.commit("stage 1: 30")

	done, err := r.carry(first, second)
	require.NoError(t, err)
	require.Len(t, done, 2)
	assert.Contains(t, r.read(to+"/order/stock.go"), "return 30")
}

func TestCarry_AddedDeletedRenamedAndBinaryFiles(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write(from+"/order/new.go", "package order\n\nfunc New() {}\n")
	require.NoError(t, os.Chmod(filepath.Join(r.dir, from, "order/new.go"), 0o755))
	r.git("rm", "--quiet", from+"/order/old.go")
	r.git("mv", from+"/order/stock.go", from+"/order/inventory.go")
	r.write(from+"/logo.png", "\x89PNG\x00\x03\x04\x05")
	r.replace(to+"/order/stock.go", "return 10", "return 12")
	r.git("add", to)
	r.git("commit", "--quiet", "--message", "stage 2 changes stock", "--", to)
	r.commit("stage 1 adds, deletes, renames and draws")

	done, err := r.carry()
	require.NoError(t, err)
	require.Empty(t, done[0].Conflicts)
	assert.Contains(t, r.read(to+"/order/new.go"), "func New")
	info, err := os.Stat(filepath.Join(r.dir, to, "order/new.go"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&0o100, "the mode is carried")
	assert.NoFileExists(t, filepath.Join(r.dir, to, "order/old.go"))
	assert.NoFileExists(t, filepath.Join(r.dir, to, "order/stock.go"))
	assert.Contains(t, r.read(to+"/order/inventory.go"), "return 12", "the stage's own change moves with the renamed file")
	assert.Equal(t, "\x89PNG\x00\x03\x04\x05", r.read(to+"/logo.png"))
}

func TestCarry_DeletedFileThatTheStageChanged_LeavesAConflict(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.replace(to+"/order/old.go", "func Old() {}", "func Old() { println() }")
	r.commit("stage 2 changes old")
	r.git("rm", "--quiet", from+"/order/old.go")
	r.commit("stage 1 deletes old")

	done, err := r.carry()
	require.NoError(t, err)
	assert.Equal(t, []string{to + "/order/old.go"}, done[0].Conflicts)
	assert.Equal(t, "UD "+to+"/order/old.go", r.git("status", "--porcelain"))
}

func TestCarry_Worktree_CarriesUncommittedAndUntrackedFiles(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.replace(from+"/order/order.go", "return 2", "return 22")
	r.write(from+"/order/new.go", "package order\n")
	r.write("README.md", "# Changed elsewhere\n")

	done, err := Carry{Root: r.dir, From: from, To: to, Worktree: true}.Apply(t.Context())
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{to + "/order/new.go", to + "/order/order.go"}, done[0].Files)
	assert.Contains(t, r.read(to+"/order/order.go"), "return 22")
	assert.Equal(t, "# Changed elsewhere\n", r.read("README.md"), "other uncommitted work stays")
	assert.NotContains(t, r.git("diff", "--cached", "--name-only"), from, "the change of the stage it comes from is not staged")
}

func TestCarry_ChangeThatTheStageHas_ChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	for _, stage := range []string{from, to} {
		r.replace(stage+"/order/order.go", "return 2", "return 22")
	}
	r.commit("both change two")
	done, err := r.carry()
	require.NoError(t, err)
	require.Len(t, done, 1)
	assert.Empty(t, done[0].Files)
	assert.Empty(t, r.git("status", "--porcelain"))
}

func TestCarry_InASubdirectoryOfARepository_FindsTheStages(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	for _, stage := range []string{from, to} {
		r.write("deep/"+stage+"/order/order.go", orderText)
	}
	r.commit("add a workshop in a subdirectory")
	r.replace("deep/"+from+"/order/order.go", "return 1", "return 11")
	r.commit("change its first stage")

	done, err := Carry{Root: filepath.Join(r.dir, "deep"), From: from, To: to}.Apply(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{to + "/order/order.go"}, done[0].Files)
	assert.Contains(t, r.read("deep/"+to+"/order/order.go"), "return 11")
	assert.Contains(t, r.read(to+"/order/order.go"), "return 1 ")
}

func TestCarry_WhatItRefuses(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	elsewhere := func() string { r.write("README.md", "# Other\n"); return r.commit("readme") }()

	_, err := r.carry(elsewhere)
	assert.ErrorContains(t, err, "changes nothing in stage1-mvp")
	_, err = r.carry("nonsense")
	assert.ErrorContains(t, err, "no commit nonsense")
	_, err = Carry{Root: r.dir, From: from, To: "stage3-none"}.Apply(t.Context())
	assert.ErrorContains(t, err, "no stage stage3-none")
	_, err = Carry{Root: r.dir, From: from, To: from + "/"}.Apply(t.Context())
	assert.ErrorContains(t, err, "the same stage")
	_, err = Carry{Root: r.dir, From: from, To: to, Worktree: true}.Apply(t.Context())
	assert.ErrorContains(t, err, "no uncommitted changes")

	r.write(to+"/order/mine.go", "package order\n")
	_, err = r.carry()
	assert.ErrorContains(t, err, to+" has uncommitted changes")
	assert.ErrorContains(t, err, "mine.go")
	assert.Equal(t, "package order\n", r.read(to+"/order/mine.go"))
}

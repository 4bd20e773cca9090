package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// A suite is a package of another project whose tests run with LayerStore in place of some of its functions.
type suite struct {
	name string
	pkg  string
	// The file of the package and the functions in it that the shim has instead.
	file      string
	functions []string
	shim      string
	// The test files that count, and of their tests those that match.
	tests []string
	only  func(test string) bool
	env   []string
}

var suites = []suite{
	{
		name: "containerd archive", pkg: "github.com/containerd/containerd/archive",
		file: "tar.go", functions: []string{"applyNaive", "writeDiffNaive"}, shim: "archive.go",
		tests: []string{"tar_test.go", "tar_linux_test.go", "issues_test.go"},
		only:  func(test string) bool { return test != "TestDiffTar" },
	},
	{
		// Compares the entries of a layer one by one. LayerStore's stand in another order: see layerstore.DiffAsListed.
		name: "containerd archive, entries", pkg: "github.com/containerd/containerd/archive",
		file: "tar.go", functions: []string{"applyNaive", "writeDiffNaive"}, shim: "archive.go",
		tests: []string{"tar_test.go"},
		only:  func(test string) bool { return test == "TestDiffTar" },
		env:   []string{"LAYERSTORE_ENTRIES=listed"},
	},
	{
		name: "continuity fs, diff", pkg: "github.com/containerd/continuity/fs",
		file: "diff.go", functions: []string{"Changes"}, shim: "fs.go",
		tests: []string{"diff_test.go"},
		only:  func(string) bool { return true },
	},
}

// Builds the package's own test program, from its own sources but for the functions that the shim has, and runs it. The
// installed package stays as it is: an overlay (go help build) shows the compiler the changed file and the shim.
func (s suite) run(here, work string) ([]event, error) {
	pkg, err := build.Import(s.pkg, "", build.FindOnly)
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(filepath.Join(pkg.Dir, s.file))
	if err != nil {
		return nil, err
	}
	for _, name := range s.functions {
		function := []byte("\nfunc " + name + "(")
		if bytes.Count(source, function) != 1 {
			return nil, fmt.Errorf("%s has no function %s", filepath.Join(pkg.Dir, s.file), name)
		}
		source = bytes.Replace(source, function, []byte("\nfunc replaced"+name+"("), 1)
	}

	changed := filepath.Join(work, "changed.go")
	overlay, err := json.Marshal(map[string]interface{}{"Replace": map[string]string{
		filepath.Join(pkg.Dir, s.file):               changed,
		filepath.Join(pkg.Dir, "layerstore_shim.go"): filepath.Join(here, "shims", s.shim),
	}})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(changed, source, 0644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(work, "overlay.json"), overlay, 0644); err != nil {
		return nil, err
	}

	// vet knows no overlays.
	program := filepath.Join(work, "suite.test")
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", filepath.Join(work, "overlay.json"), "-o", program, s.pkg).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s does not build: %w\n%s", s.pkg, err, out)
	}

	tests, err := s.names(pkg.Dir)
	if err != nil {
		return nil, err
	}
	args := []string{"tool", "test2json", program, "-test.v", "-test.timeout=10m", "-test.run=^(" + tests + ")$"}
	if os.Getuid() == 0 && bytes.Contains(source, []byte("package archive")) {
		args = append(args, "-test.root")
	}
	return s.events(exec.Command("go", args...), work)
}

// The names of the tests, for -test.run.
func (s suite) names(dir string) (string, error) {
	names := ""
	for _, file := range s.tests {
		source, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return "", err
		}
		for _, match := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
			if name := string(match[1]); s.only(name) {
				names += "|" + name
			}
		}
	}
	if names == "" {
		return "", fmt.Errorf("%s has no tests", s.name)
	}
	return names[1:], nil
}

// One line of test2json (go doc test2json).
type event struct {
	Action, Test, Output string
}

func (s suite) events(cmd *exec.Cmd, work string) ([]event, error) {
	temp := filepath.Join(work, "tmp")
	if err := os.MkdirAll(temp, 0755); err != nil {
		return nil, err
	}
	cmd.Env = append(append(os.Environ(), "TMPDIR="+temp), s.env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		if _, failed := err.(*exec.ExitError); !failed {
			return nil, err
		}
	}

	var events []event
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var e event
		if err := decoder.Decode(&e); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

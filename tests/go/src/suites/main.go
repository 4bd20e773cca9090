// The command suites runs containerd's and continuity's own tests of layers on LayerStore's engine. The tests are those of the
// installed Debian packages; nothing of them is in this repository.
//
//	suites DIR WORK
//	suites daemon WORK PROGRAM PATTERN
//
// DIR is the directory that holds shims/, WORK an existing one for what is built. LAYERSTORE holds the program to run.
// The second form runs a test program that was built already: those of its tests whose names match.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strings"
)

func main() {
	if len(os.Args) == 5 && os.Args[1] == "daemon" {
		os.Exit(runDaemon(os.Args[2], os.Args[3], os.Args[4]))
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: suites DIR WORK\n       suites daemon WORK PROGRAM PATTERN")
		os.Exit(64)
	}

	failed := 0
	seen := map[string]bool{}
	for _, s := range suites {
		events, err := s.run(os.Args[1], os.Args[2])
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.name, err)
			os.Exit(1)
		}
		failed += report(s.name, events, seen)
	}
	for name := range differences {
		if !seen[name] {
			fmt.Printf("FAILED %s is listed as a difference, but no such test ran\n", name)
			failed++
		}
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// Runs tests of the daemon, and prints their counts. Returns the exit code.
func runDaemon(work, program, pattern string) int {
	args := []string{"tool", "test2json", program, "-test.v", "-test.timeout=5m", "-test.run=" + pattern, "-test.root"}
	events, err := suite{}.events(exec.Command("go", args...), work)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if report("daemon "+pattern, events, map[string]bool{}) > 0 {
		return 1
	}
	return 0
}

// Prints what did not pass and the suite's counts. Returns the number of failures.
func report(suite string, events []event, seen map[string]bool) int {
	outputs, outcomes := map[string]string{}, map[string]string{}
	whole := ""
	for _, e := range events {
		switch {
		case e.Action == "output":
			outputs[e.Test] += e.Output
		case e.Action == "pass" || e.Action == "fail" || e.Action == "skip":
			outcomes[e.Test] = e.Action
			if e.Test == "" {
				whole = e.Action
			}
		}
	}
	delete(outcomes, "")

	var lines []string
	counts := map[string]int{}
	for name, outcome := range outcomes {
		if outcome != "skip" && hasSubtest(name, outcome, outcomes) {
			continue // Counted by its subtests.
		}
		if d, ok := differences[name]; ok {
			seen[name] = true
			if outcome == "fail" && d.output.MatchString(outputs[name]) {
				counts["different"]++
				lines = append(lines, "differs "+name+": "+d.reason)
				continue
			}
			outcome = "fail"
		}
		counts[outcome]++
		if outcome != "pass" {
			lines = append(lines, strings.ToUpper(outcome)+" "+name+"\n"+outputs[name])
		}
	}

	// A test program that dies reports no more than that.
	if whole == "" || (whole == "fail" && counts["fail"]+counts["different"] == 0) || len(outcomes) == 0 {
		counts["fail"]++
		lines = append(lines, "FAIL "+suite+" ended early\n"+outputs[""])
	}
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
	fmt.Printf("%s: %d passed, %d failed, %d skipped, %d different on purpose\n", suite, counts["pass"], counts["fail"], counts["skip"], counts["different"])
	return counts["fail"]
}

// Whether subtests say all that there is to say of this test: a failure needs one that failed.
func hasSubtest(name, outcome string, outcomes map[string]string) bool {
	for other, its := range outcomes {
		if strings.HasPrefix(other, name+"/") && (outcome != "fail" || its == "fail") {
			return true
		}
	}
	return false
}

// The command bench times the calls of a snapshotter behind a socket: containerd's, or a proxy plugin's own.
//
//	bench SOCKET SNAPSHOTTER CLIENTS ROUNDS FILES
//
// Instead of a socket, a directory is the root of containerd's overlayfs snapshotter in this process. Some rounds before the first are not timed.
//
// It prints a line for each operation: its name, how many calls, and the 50th, 90th and 99th percentile of their times in milliseconds.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"

	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/namespaces"
	"github.com/containerd/containerd/snapshots"
	"github.com/containerd/containerd/snapshots/overlay"
	"github.com/containerd/containerd/snapshots/proxy"

	"daemon"
	"daemon/load"
)

// How many snapshots there are when they are walked, and how often.
const (
	walked = 1000
	walks  = 20
)

// How many rounds a daemon has to get ready.
const warmUpRounds = 100

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("usage: bench SOCKET SNAPSHOTTER CLIENTS ROUNDS FILES")
	}
	var numbers [3]int
	for i := range numbers {
		var err error
		if numbers[i], err = strconv.Atoi(args[2+i]); err != nil {
			return err
		}
	}
	ctx := namespaces.WithNamespace(context.Background(), "bench")
	s, err := open(args[0], args[1])
	if err != nil {
		return err
	}
	defer s.Close()
	labels := map[string]string{"containerd.io/gc.root": time.Now().UTC().Format(time.RFC3339)}
	if err := commit(ctx, s, "parent", labels); err != nil {
		return err
	}
	defer s.Remove(ctx, "parent")

	l := load.Load{Clients: numbers[0], Rounds: numbers[1], Files: numbers[2], Parent: "parent", Labels: labels}
	warmUp := l
	warmUp.Rounds = warmUpRounds
	if _, err := warmUp.Snapshots(ctx, s); err != nil {
		return err
	}
	times, err := l.Snapshots(ctx, s)
	if err != nil {
		return err
	}
	if l.Clients == 1 {
		if err := walk(ctx, s, labels, times); err != nil {
			return err
		}
	}
	for _, operation := range []string{"Prepare", "Mounts", "Commit", "Remove", "Walk"} {
		if durations := times[operation]; len(durations) > 0 {
			sort.Slice(durations, func(i, j int) bool { return durations[i] < durations[j] })
			fmt.Printf("%s %d %.3f %.3f %.3f\n", operation, len(durations), at(durations, 50), at(durations, 90), at(durations, 99))
		}
	}
	return nil
}

func open(address, snapshotter string) (snapshots.Snapshotter, error) {
	if info, err := os.Stat(address); err == nil && info.IsDir() {
		return overlay.NewSnapshotter(address)
	}
	connection, err := daemon.Dial(address)
	if err != nil {
		return nil, err
	}
	return proxy.NewSnapshotter(snapshotsapi.NewSnapshotsClient(connection), snapshotter), nil
}

func commit(ctx context.Context, s snapshots.Snapshotter, name string, labels map[string]string) error {
	if _, err := s.Prepare(ctx, name+"-key", "", snapshots.WithLabels(labels)); err != nil {
		return err
	}
	return s.Commit(ctx, name, name+"-key", snapshots.WithLabels(labels))
}

// Makes snapshots, walks them, and removes them.
func walk(ctx context.Context, s snapshots.Snapshotter, labels map[string]string, times load.Times) error {
	for i := 0; i < walked; i++ {
		if _, err := s.View(ctx, fmt.Sprint("view-", i), "parent", snapshots.WithLabels(labels)); err != nil {
			return err
		}
	}
	result, count, err := load.Walk(ctx, s, walks)
	if err != nil {
		return err
	}
	if count != walked+1 {
		return fmt.Errorf("%d snapshots were walked, not %d", count, walked+1)
	}
	times["Walk"] = result["Walk"]
	for i := 0; i < walked; i++ {
		if err := s.Remove(ctx, fmt.Sprint("view-", i)); err != nil {
			return err
		}
	}
	return nil
}

// The time that this many per cent of the calls did not take longer than, in milliseconds.
func at(sorted []time.Duration, percent int) float64 {
	return float64(sorted[(len(sorted)-1)*percent/100].Microseconds()) / 1000
}

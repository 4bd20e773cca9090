// Package load has many clients use a snapshotter and a content store at once, as containerd does that starts and ends containers.
package load

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/containerd/content"
	"github.com/containerd/containerd/mount"
	"github.com/containerd/containerd/snapshots"
	digest "github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Times says how long each call of an operation took.
type Times map[string][]time.Duration

// A Load is what the clients do.
type Load struct {
	// How many at once.
	Clients int
	// How many times all of them together go through their calls.
	Rounds int
	// How many files of 4 KiB a snapshot gets before it is committed.
	Files int
	// The committed snapshot that all are made of.
	Parent string
	// What keeps a snapshot from being collected meanwhile, where somebody collects.
	Labels map[string]string
}

// Snapshots prepares, asks for mounts, commits and removes. Each round removes all that it made.
func (l Load) Snapshots(ctx context.Context, s snapshots.Snapshotter) (Times, error) {
	return l.run(func(round int, timed func(string, func() error) error) error {
		key, name := fmt.Sprintf("key-%d", round), fmt.Sprintf("name-%d", round)
		var prepared, mounts []mount.Mount
		if err := timed("Prepare", func() (err error) {
			prepared, err = s.Prepare(ctx, key, l.Parent, snapshots.WithLabels(l.Labels))
			return err
		}); err != nil {
			return err
		}
		if err := timed("Mounts", func() (err error) {
			mounts, err = s.Mounts(ctx, key)
			return err
		}); err != nil {
			return err
		}
		if fmt.Sprint(prepared) != fmt.Sprint(mounts) {
			return fmt.Errorf("%s: Prepare returned %v, Mounts %v", key, prepared, mounts)
		}
		if err := l.fill(mounts); err != nil {
			return err
		}
		if err := timed("Commit", func() error { return s.Commit(ctx, name, key, snapshots.WithLabels(l.Labels)) }); err != nil {
			return err
		}
		return timed("Remove", func() error { return s.Remove(ctx, name) })
	})
}

// Content writes, reads and deletes blobs of some KiB.
func (l Load) Content(ctx context.Context, store content.Store) (Times, error) {
	return l.run(func(round int, timed func(string, func() error) error) error {
		data := bytes.Repeat([]byte(fmt.Sprintf("blob %d\n", round)), 4096)
		blob := ocispec.Descriptor{Digest: digest.FromBytes(data), Size: int64(len(data))}
		if err := timed("Write", func() error {
			return content.WriteBlob(ctx, store, fmt.Sprintf("ref-%d", round), bytes.NewReader(data), blob, content.WithLabels(l.Labels))
		}); err != nil {
			return err
		}
		if err := timed("Read", func() error {
			read, err := content.ReadBlob(ctx, store, blob)
			if err == nil && !bytes.Equal(read, data) {
				err = fmt.Errorf("blob %d came back as another", round)
			}
			return err
		}); err != nil {
			return err
		}
		return timed("Delete", func() error { return store.Delete(ctx, blob.Digest) })
	})
}

// Walk lists all snapshots that often.
func Walk(ctx context.Context, s snapshots.Snapshotter, times int) (Times, int, error) {
	result, count := Times{}, 0
	for i := 0; i < times; i++ {
		count = 0
		began := time.Now()
		if err := s.Walk(ctx, func(context.Context, snapshots.Info) error {
			count++
			return nil
		}); err != nil {
			return nil, 0, err
		}
		result["Walk"] = append(result["Walk"], time.Since(began))
	}
	return result, count, nil
}

// Writes files where a container's changes go: a mount would cost more than all that is measured.
func (l Load) fill(mounts []mount.Mount) error {
	if l.Files == 0 {
		return nil
	}
	directory := ""
	for _, option := range mounts[0].Options {
		if strings.HasPrefix(option, "upperdir=") {
			directory = strings.TrimPrefix(option, "upperdir=")
		}
	}
	if directory == "" {
		return fmt.Errorf("no upper directory in %v", mounts)
	}
	for i := 0; i < l.Files; i++ {
		if err := os.WriteFile(filepath.Join(directory, fmt.Sprint(i)), make([]byte, 4096), 0644); err != nil {
			return err
		}
	}
	return nil
}

// Runs all rounds, and returns the first error.
func (l Load) run(round func(int, func(string, func() error) error) error) (Times, error) {
	var (
		next   int64
		group  sync.WaitGroup
		lock   sync.Mutex
		all    = Times{}
		failed error
	)
	for client := 0; client < l.Clients; client++ {
		group.Add(1)
		go func() {
			defer group.Done()
			times := Times{}
			timed := func(operation string, call func() error) error {
				began := time.Now()
				if err := call(); err != nil {
					return fmt.Errorf("%s: %w", operation, err)
				}
				times[operation] = append(times[operation], time.Since(began))
				return nil
			}
			var err error
			for err == nil {
				number := int(atomic.AddInt64(&next, 1)) - 1
				if number >= l.Rounds {
					break
				}
				err = round(number, timed)
			}

			lock.Lock()
			defer lock.Unlock()
			if err != nil && failed == nil {
				failed = err
			}
			for operation, durations := range times {
				all[operation] = append(all[operation], durations...)
			}
		}()
	}
	group.Wait()
	return all, failed
}

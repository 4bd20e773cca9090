package suites

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	diffapi "github.com/containerd/containerd/api/services/diff/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/content"
	contentproxy "github.com/containerd/containerd/content/proxy"
	"github.com/containerd/containerd/mount"
	"github.com/containerd/containerd/snapshots"
	snapshotsproxy "github.com/containerd/containerd/snapshots/proxy"
	"github.com/containerd/continuity/fs/fstest"

	"daemon"
)

// Each step has another.
var mediaTypes = []string{
	"application/vnd.oci.image.layer.v1.tar+gzip",
	"application/vnd.docker.image.rootfs.diff.tar.gzip",
	"application/vnd.oci.image.layer.v1.tar",
	"application/vnd.oci.image.layer.v1.tar+zstd",
}

type servicesKey struct{}

// services are those of one daemon, and how far the test is.
type services struct {
	snapshots snapshots.Snapshotter
	content   content.Store
	diff      diffapi.DiffClient
	work      string
	change    func(*services, context.Context, fstest.Applier) (before, after []mount.Mount, err error)
	// The newest snapshots: those that steps were made in, and those that layers were applied to.
	written, applied string
	steps            int
}

type chains struct {
	t      *testing.T
	driver string
	change func(*services, context.Context, fstest.Applier) (before, after []mount.Mount, err error)
}

// continuity's file-system suite through snapshots, content and diff: each step becomes a layer, and that is applied to a chain of
// snapshots, which must show the same files. The steps are made in snapshots too, of the driver that copies.
func TestFileSystemNative(t *testing.T) {
	fstest.FSSuite(t, chains{t, "native", (*services).changeSnapshot})
}

// The same with overlay. A step that changes one of a file's hard links must change all, which overlay does not do: the steps are made in a
// plain directory.
func TestFileSystemOverlay(t *testing.T) {
	fstest.FSSuite(t, chains{t, "overlay", (*services).changeDirectory})
}

// TestContext starts a daemon on a fresh root.
func (c chains) TestContext(ctx context.Context) (context.Context, func(), error) {
	work, err := os.MkdirTemp("", "filesystem-")
	if err != nil {
		return nil, nil, err
	}
	served, err := daemon.Start(filepath.Join(work, "store"), "--driver", c.driver)
	if err != nil {
		os.RemoveAll(work)
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	cleanup := func() {
		cancel()
		if err := served.Stop(); err != nil {
			c.t.Errorf("the daemon: %v", err)
		}
		os.RemoveAll(work)
	}
	return context.WithValue(ctx, servicesKey{}, &services{
		snapshots: snapshotsproxy.NewSnapshotter(snapshotsapi.NewSnapshotsClient(served.Conn), "layerstore"),
		content:   contentproxy.NewContentStore(contentapi.NewContentClient(served.Conn)),
		diff:      diffapi.NewDiffClient(served.Conn),
		work:      work,
		change:    c.change,
	}), cleanup, nil
}

// Apply makes a step, and shows the files as layers brought them to the chain.
func (c chains) Apply(ctx context.Context, step fstest.Applier) (string, func(), error) {
	s := ctx.Value(servicesKey{}).(*services)
	s.steps++
	layer, err := s.write(ctx, step)
	if err != nil {
		return "", nil, fmt.Errorf("write: %w", err)
	}
	if err := s.apply(ctx, layer); err != nil {
		return "", nil, fmt.Errorf("apply: %w", err)
	}
	return s.show(ctx)
}

func (s *services) changeSnapshot(ctx context.Context, step fstest.Applier) (before, after []mount.Mount, err error) {
	if after, err = s.snapshots.Prepare(ctx, s.name("writing"), s.written); err != nil {
		return nil, nil, err
	}
	if err = mount.WithTempMount(ctx, after, step.Apply); err != nil {
		return nil, nil, err
	}
	before, err = s.snapshots.View(ctx, s.name("before"), s.written)
	return before, after, err
}

func (s *services) changeDirectory(ctx context.Context, step fstest.Applier) (before, after []mount.Mount, err error) {
	directory := filepath.Join(s.work, "directory")
	if err = os.MkdirAll(directory, 0755); err != nil {
		return nil, nil, err
	}
	if err = step.Apply(directory); err != nil {
		return nil, nil, err
	}
	before, err = s.snapshots.View(ctx, s.name("before"), s.applied)
	return before, []mount.Mount{{Type: "bind", Source: directory, Options: []string{"rbind", "ro"}}}, err
}

func (s *services) write(ctx context.Context, step fstest.Applier) (*types.Descriptor, error) {
	before, after, err := s.change(s, ctx, step)
	if err != nil {
		return nil, err
	}
	made, err := s.diff.Diff(ctx, &diffapi.DiffRequest{
		Left:      toWire(before),
		Right:     toWire(after),
		MediaType: mediaTypes[s.steps%len(mediaTypes)],
		Ref:       s.name("layer"),
		Labels:    map[string]string{"step": s.name("layer")},
	})
	if err != nil {
		return nil, err
	}
	info, err := s.content.Info(ctx, made.Diff.Digest)
	if err != nil {
		return nil, err
	}
	if info.Size != made.Diff.Size_ || info.Labels["step"] != s.name("layer") {
		return nil, fmt.Errorf("the layer %+v is stored as %+v", made.Diff, info)
	}
	if err := s.snapshots.Remove(ctx, s.name("before")); err != nil {
		return nil, err
	}
	if _, err := s.snapshots.Stat(ctx, s.name("writing")); err != nil {
		return made.Diff, nil
	}
	s.written = s.name("written")
	return made.Diff, s.snapshots.Commit(ctx, s.written, s.name("writing"))
}

func (s *services) apply(ctx context.Context, layer *types.Descriptor) error {
	mounts, err := s.snapshots.Prepare(ctx, s.name("applying"), s.applied)
	if err != nil {
		return err
	}
	answer, err := s.diff.Apply(ctx, &diffapi.ApplyRequest{Diff: layer, Mounts: toWire(mounts)})
	if err != nil {
		return err
	}
	info, err := s.content.Info(ctx, layer.Digest)
	if err != nil {
		return err
	}
	uncompressed := info.Labels["containerd.io/uncompressed"]
	if uncompressed == "" {
		uncompressed = layer.Digest.String()
	}
	if answer.Applied.Digest.String() != uncompressed {
		return fmt.Errorf("%s was applied, which is labelled %s", answer.Applied.Digest, uncompressed)
	}
	s.applied = s.name("applied")
	return s.snapshots.Commit(ctx, s.applied, s.name("applying"))
}

func (s *services) show(ctx context.Context) (string, func(), error) {
	mounts, err := s.snapshots.View(ctx, s.name("shown"), s.applied)
	if err != nil {
		return "", nil, err
	}
	shown := s.name("shown")
	target := filepath.Join(s.work, shown)
	if err := os.Mkdir(target, 0o700); err != nil {
		return "", nil, err
	}
	if err := mount.All(mounts, target); err != nil {
		return "", nil, err
	}
	return target, func() {
		err := mount.UnmountAll(target, 0)
		if err == nil {
			err = s.snapshots.Remove(context.Background(), shown)
		}
		if err != nil {
			panic(err)
		}
	}, nil
}

func (s *services) name(what string) string {
	return fmt.Sprintf("%s %d", what, s.steps)
}

func toWire(mounts []mount.Mount) []*types.Mount {
	var all []*types.Mount
	for _, m := range mounts {
		all = append(all, &types.Mount{Type: m.Type, Source: m.Source, Options: m.Options})
	}
	return all
}

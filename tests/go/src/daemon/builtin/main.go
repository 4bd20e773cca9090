// The command builtin serves containerd's overlayfs snapshotter, the one that is built in, as a proxy plugin:
//
//	builtin ROOT SOCKET
//
// So the benchmark can tell what another process costs from what another snapshotter costs.
package main

import (
	"fmt"
	"net"
	"os"

	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/contrib/snapshotservice"
	"github.com/containerd/containerd/snapshots/overlay"
	"google.golang.org/grpc"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: builtin ROOT SOCKET")
	}
	snapshotter, err := overlay.NewSnapshotter(args[0])
	if err != nil {
		return err
	}
	defer snapshotter.Close()
	listener, err := net.Listen("unix", args[1])
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	snapshotsapi.RegisterSnapshotsServer(server, snapshotservice.FromSnapshotter(snapshotter))
	return server.Serve(listener)
}

// Makes many active snapshots in a containerd: containerd-fill SOCKET COUNT. Built from Debian's packages.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/containerd/containerd"
	"github.com/containerd/containerd/namespaces"
)

func main() {
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	client, err := containerd.New(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, done, err := client.WithLease(namespaces.WithNamespace(context.Background(), "default"))
	if err != nil {
		log.Fatal(err)
	}
	snapshots := client.SnapshotService("overlayfs")
	for i := 0; i < count; i++ {
		if _, err := snapshots.Prepare(ctx, fmt.Sprintf("snapshot-%06d", i), ""); err != nil {
			log.Fatal(err)
		}
	}
	// The lease stays with the process's end: the snapshots do too.
	_ = done
}

package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
)

// serving is the environment variable that makes this test program serve the
// folder that it names until it is killed.
const serving = "INZAGE_TEST_SERVE"

func serve(folder string) {
	s, err := embedded.Start(context.Background(), embedded.Options{Folder: folder, Quota: queuetest.Quota})
	if err != nil {
		fmt.Println(queuetest.Why(err))
		os.Exit(1)
	}
	fmt.Println("ready")
	<-context.Background().Done()
	s.Close()
}

// The socket of a folder with a long path stands elsewhere. A process that is
// killed leaves it there, and the next one takes it away.
func TestKilledServerLeavesNoSocket(t *testing.T) { //nolint:paralleltest // it sets where temporary files are
	// The path of a socket must be short, and the test's own folder has a long one.
	temp, err := os.MkdirTemp("", "s") //nolint:usetesting // as said
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	folder := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	t.Setenv("TMPDIR", temp)
	const what = "inzage-door-*"
	for range 2 {
		child := exec.Command(os.Args[0]) //nolint:gosec // this very program
		child.Env = append(os.Environ(), serving+"="+folder)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		_ = child.Process.Kill()
		_ = child.Wait()
		if line != "ready\n" {
			t.Fatalf("the server said %q, %v", line, err)
		}
		if left := found(t, temp, what); len(left) != 1 {
			t.Fatalf("a killed server left %v, want its own socket and no earlier one's", left)
		}
	}
	s := queuetest.Serve(t, folder)
	access, err := queue.ReadDoor(folder)
	if err != nil || !strings.HasPrefix(access.Socket, temp) {
		t.Fatalf("the door is at %s, %v", access.Socket, err)
	}
	guest, err := queue.Open(t.Context(), access, queue.Options{Key: s.Key()})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	guest.Close()
	if left := found(t, temp, what); len(left) != 1 {
		t.Errorf("while it serves there is %v", left)
	}
	s.Close()
	if left := found(t, temp, "*"); len(left) > 0 {
		t.Errorf("left is %v", left)
	}
	if left := found(t, folder, "door*"); len(left) > 0 {
		t.Errorf("left in the data folder is %v", left)
	}
}

func found(t *testing.T, folder, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

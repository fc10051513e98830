package queue_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A shelf keeps what was put there last, apart from other shelves, whoever else
// writes at the same time.
func TestShelf(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	shelf := q.Shelf("calendar")
	if _, err := shelf.Get(t.Context(), "a"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("nothing there: %v", err)
	}
	set := func(s queue.Shelf, key, text string) {
		t.Helper()
		err := s.Change(t.Context(), key, func([]byte) ([]byte, error) {
			if text == "" {
				return nil, nil
			}
			return []byte(text), nil
		})
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			err := shelf.Change(t.Context(), "n", func(old []byte) ([]byte, error) {
				n, _ := strconv.Atoi(string(old))
				return []byte(strconv.Itoa(n + 1)), nil
			})
			if err != nil {
				t.Error(queuetest.Why(err))
			}
		})
	}
	all.Wait()
	set(shelf, "a", "one")
	set(shelf, "b", "two")
	set(shelf, "b", "")
	set(shelf, "c", "")
	set(q.Shelf("tasks"), "a", "elsewhere")
	if got, err := shelf.Get(t.Context(), "a"); err != nil || string(got) != "one" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := shelf.Get(t.Context(), "b"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("taken away: %v", err)
	}
	set(shelf, "b", "again")
	var list []string
	if err := shelf.All(t.Context(), func(one []byte) error { list = append(list, string(one)); return nil }); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	slices.Sort(list)
	if want := []string{"4", "again", "one"}; !slices.Equal(list, want) {
		t.Errorf("%q, want %q", list, want)
	}
}

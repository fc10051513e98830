package blobstore_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/google/go-cmp/cmp"

	"inzage/workers/graphexport/azurite"
	"inzage/workers/graphexport/simulate/blobstore"
)

var emulator = azurite.New()

func TestMain(m *testing.M) { os.Exit(emulator.Run(m)) }

// account is a storage account to talk to.
type account struct {
	url, name, key string
}

// transcript is what an account answered to the same calls: one line each.
type transcript struct {
	t     *testing.T
	key   *container.SharedKeyCredential
	url   string
	lines []string
}

// Do implements policy.Policy: it writes down every answer that comes.
func (s *transcript) Do(req *policy.Request) (*http.Response, error) {
	res, err := req.Next()
	if err != nil {
		return res, err
	}
	line := fmt.Sprintf("  %s %d", req.Raw().Method, res.StatusCode)
	for _, name := range []string{
		"X-Ms-Error-Code", "X-Ms-Blob-Type", "Content-Range", "Content-Length", "Content-Md5", "X-Ms-Blob-Content-Md5",
		"X-Ms-Blob-Append-Offset", "X-Ms-Blob-Committed-Block-Count", "X-Ms-Meta-Madeby",
	} {
		switch {
		case name == "Content-Length" && req.Raw().Method != http.MethodHead, // of documents that may look different
			name == "Content-Md5" && req.Raw().URL.Query().Has("comp"), // of a block, or of the list itself
			name == "X-Ms-Blob-Content-Md5" && res.StatusCode != http.StatusPartialContent:
			continue
		}
		if v := res.Header.Get(name); v != "" && res.StatusCode < 300 || v != "" && name == "X-Ms-Error-Code" {
			line += " " + strings.ToLower(name) + "=" + v
		}
	}
	s.lines = append(s.lines, line)
	return res, nil
}

func (s *transcript) options() azcore.ClientOptions {
	return azcore.ClientOptions{
		PerCallPolicies: []policy.Policy{s}, Retry: policy.RetryOptions{MaxRetries: -1},
	}
}

// step names what comes next. The outcome is in the transcript; only an error
// that is no answer ends the test.
func (s *transcript) step(name string, err error) {
	s.t.Helper()
	if _, answered := errors.AsType[*azcore.ResponseError](err); err != nil && !answered {
		s.t.Fatalf("%s: %v", name, err)
	}
	s.lines = append(s.lines, name)
}

func (s *transcript) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// shared returns a client of a container that has nothing but a SAS.
func (s *transcript) shared(name, permissions string, change func(*sas.BlobSignatureValues)) *container.Client {
	s.t.Helper()
	values := sas.BlobSignatureValues{
		Protocol: sas.ProtocolHTTPSandHTTP, ExpiryTime: time.Now().Add(time.Hour).UTC(), ContainerName: name, Permissions: permissions,
	}
	if change != nil {
		change(&values)
	}
	signed, err := values.SignWithSharedKey(s.key)
	s.must(err)
	client, err := container.NewClientWithNoCredential(s.url+name+"?"+signed.Encode(), &container.ClientOptions{ClientOptions: s.options()})
	s.must(err)
	return client
}

func content(text string) io.ReadSeekCloser { return streaming.NopCloser(strings.NewReader(text)) }

func sum(text string) []byte {
	h := md5.Sum([]byte(text))
	return h[:]
}

// perform makes the calls that an export makes, and those that must fail.
func perform(t *testing.T, a account) []string {
	t.Helper()
	ctx := context.Background()
	key, err := container.NewSharedKeyCredential(a.name, a.key)
	if err != nil {
		t.Fatal(err)
	}
	s := &transcript{t: t, key: key, url: a.url + "/"}
	all, err := service.NewClientWithSharedKeyCredential(s.url, key, &service.ClientOptions{ClientOptions: s.options()})
	s.must(err)
	const name = "conformance-one"
	own := all.NewContainerClient(name)

	_, err = own.Create(ctx, &container.CreateOptions{Metadata: map[string]*string{"madeby": new("test")}})
	s.step("create", err)
	_, err = own.Create(ctx, nil)
	s.step("create again", err)
	_, err = all.NewContainerClient("Conformance").Create(ctx, nil)
	s.step("create with a bad name", err)
	_, err = own.GetProperties(ctx, nil)
	s.step("properties", err)
	_, err = all.NewContainerClient("conformance-two").GetProperties(ctx, nil)
	s.step("properties of none", err)

	writer := s.shared(name, "acw", nil)
	_, err = writer.NewListBlobsFlatPager(nil).NextPage(ctx)
	s.step("list without the right", err)
	info := writer.NewAppendBlobClient("RequestInfo.json")
	never := &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: new(azcore.ETagAny)}}
	_, err = info.Create(ctx, &appendblob.CreateOptions{AccessConditions: never})
	s.step("append blob that is not there", err)
	_, err = info.AppendBlock(ctx, content(`{"a":1}`), nil)
	s.step("append", err)
	_, err = info.AppendBlock(ctx, content("\n"), nil)
	s.step("append more", err)
	_, err = info.Create(ctx, &appendblob.CreateOptions{AccessConditions: never})
	s.step("append blob that is there", err)
	_, err = info.DownloadStream(ctx, nil)
	s.step("read without the right", err)
	_, err = info.Delete(ctx, nil)
	s.step("delete without the right", err)

	data := writer.NewBlockBlobClient("a b/1005/é.json")
	_, err = data.Upload(ctx, content("[1,2,3]"), nil)
	s.step("block blob", err)
	_, err = data.Upload(ctx, content("[1,2,3,4]"), &blockblob.UploadOptions{HTTPHeaders: &blob.HTTPHeaders{BlobContentMD5: sum("[1,2,3,4]")}})
	s.step("block blob again, with its hash", err)
	_, err = data.Upload(ctx, content("x"), &blockblob.UploadOptions{TransactionalValidation: blob.TransferValidationTypeMD5(sum("y"))})
	s.step("block blob damaged on its way", err)
	id := base64.StdEncoding.EncodeToString([]byte("block-1"))
	staged := writer.NewBlockBlobClient("staged.json")
	_, err = staged.StageBlock(ctx, id, content("part"), nil)
	s.step("block", err)
	_, err = staged.CommitBlockList(ctx, []string{id}, &blockblob.CommitBlockListOptions{HTTPHeaders: &blob.HTTPHeaders{BlobContentMD5: sum("another")}})
	s.step("block list with another's hash", err)
	_, err = staged.CommitBlockList(ctx, []string{base64.StdEncoding.EncodeToString([]byte("block-9"))}, nil)
	s.step("block list of nothing", err)
	_, err = writer.NewAppendBlobClient("staged.json").AppendBlock(ctx, content("x"), nil)
	s.step("append to a block blob", err)
	_, err = writer.NewAppendBlobClient("none").AppendBlock(ctx, content("x"), nil)
	s.step("append to none", err)

	creator := s.shared(name, "c", nil)
	_, err = creator.NewBlockBlobClient("staged.json").Upload(ctx, content("x"), nil)
	s.step("overwrite with the right to create", err)
	_, err = creator.NewBlockBlobClient("created.json").Upload(ctx, content("x"), nil)
	s.step("create with the right to create", err)
	_, err = s.shared(name, "r", nil).NewBlockBlobClient("x.json").Upload(ctx, content("x"), nil)
	s.step("write with the right to read", err)
	_, err = s.shared(name, "r", nil).NewBlockBlobClient("created.json").DownloadStream(ctx, nil)
	s.step("read with the right to read", err)
	_, err = s.shared(name, "w", nil).NewAppendBlobClient("RequestInfo.json").AppendBlock(ctx, content("x"), nil)
	s.step("append with the right to write", err)
	_, err = s.shared(name, "acw", func(v *sas.BlobSignatureValues) { v.ExpiryTime = time.Now().Add(-time.Minute).UTC() }).
		NewBlockBlobClient("x.json").Upload(ctx, content("x"), nil)
	s.step("expired", err)
	_, err = s.shared(name, "acw", func(v *sas.BlobSignatureValues) { v.StartTime = time.Now().Add(time.Hour).UTC() }).
		NewBlockBlobClient("x.json").Upload(ctx, content("x"), nil)
	s.step("not yet valid", err)
	_, err = s.shared(name, "acw", func(v *sas.BlobSignatureValues) { v.ContainerName = "conformance-two" }).
		NewBlockBlobClient("x.json").Upload(ctx, content("x"), nil)
	s.step("of another container", err)
	_, err = s.shared("conformance-none", "acw", nil).NewBlockBlobClient("x.json").Upload(ctx, content("x"), nil)
	s.step("of a container that is not there", err)
	_, err = s.shared(name, "acwd", nil).Delete(ctx, nil)
	s.step("delete the container with a SAS", err)

	names := func(page container.ListBlobsFlatResponse) {
		for _, b := range page.Segment.BlobItems {
			p := b.Properties
			s.lines = append(s.lines, fmt.Sprintf("  %s %d %s %s", *b.Name, *p.ContentLength, *p.BlobType, base64.StdEncoding.EncodeToString(p.ContentMD5)))
		}
	}
	for pager := own.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{MaxResults: new(int32(2))}); pager.More(); {
		page, err := pager.NextPage(ctx)
		s.must(err)
		names(page)
	}
	s.step("list by twos", nil)
	page, err := own.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: new("a b/")}).NextPage(ctx)
	s.must(err)
	names(page)
	s.step("list some", nil)

	reader := own.NewBlobClient("a b/1005/é.json")
	read := func(name string, o *blob.DownloadStreamOptions) {
		res, err := reader.DownloadStream(ctx, o)
		if err == nil {
			text, err := io.ReadAll(res.Body)
			s.must(errors.Join(err, res.Body.Close()))
			s.lines = append(s.lines, "  "+string(text))
		}
		s.step(name, err)
	}
	read("read", nil)
	read("read from the middle", &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 5}})
	read("read a part", &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 1, Count: 3}})
	read("read past the end", &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 99}})
	read("read what has changed", &blob.DownloadStreamOptions{AccessConditions: &blob.AccessConditions{
		ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: new(azcore.ETag(`"0x1"`))},
	}})
	_, err = reader.GetProperties(ctx, nil)
	s.step("properties of a block blob", err)
	_, err = own.NewBlobClient("RequestInfo.json").GetProperties(ctx, nil)
	s.step("properties of an append blob", err)
	_, err = own.NewBlobClient("none").GetProperties(ctx, nil)
	s.step("properties of no blob", err)
	_, err = own.NewBlobClient("created.json").Delete(ctx, nil)
	s.step("delete", err)
	_, err = own.NewBlobClient("created.json").Delete(ctx, nil)
	s.step("delete again", err)

	list, err := all.NewListContainersPager(&service.ListContainersOptions{Prefix: new("conformance-")}).NextPage(ctx)
	s.must(err)
	for _, c := range list.ContainerItems {
		s.lines = append(s.lines, "  "+*c.Name)
	}
	s.step("list containers", nil)
	_, err = own.Delete(ctx, nil)
	s.step("delete the container", err)
	_, err = data.Upload(ctx, content("x"), nil)
	s.step("write into a container that was deleted", err)

	wrong, err := container.NewSharedKeyCredential(a.name, base64.StdEncoding.EncodeToString([]byte("wrong")))
	s.must(err)
	stranger, err := service.NewClientWithSharedKeyCredential(s.url, wrong, &service.ClientOptions{ClientOptions: s.options()})
	s.must(err)
	_, err = stranger.NewListContainersPager(nil).NextPage(ctx)
	s.step("with another key", err)
	return s.lines
}

// asDocumented puts right where Azurite has another error code than Azure is
// documented to have.
func asDocumented() *strings.Replacer {
	return strings.NewReplacer(
		"=AuthorizationFailure\n", "=AuthenticationFailed\n",
		"=InvalidOperation\nblock blob damaged", "=Md5Mismatch\nblock blob damaged",
		"=AuthorizationPermissionMismatch\noverwrite", "=UnauthorizedBlobOverwrite\noverwrite",
	)
}

var update = flag.Bool("update", false, "write down what Azurite answers")

// The store answers every call as Azurite did when it was written down, and so
// does Azurite itself.
func TestConformance(t *testing.T) {
	t.Parallel()
	store := start(t, blobstore.Options{})
	const file = "testdata/conformance.txt"
	compare := func(t *testing.T, a account) {
		t.Helper()
		got := strings.Join(perform(t, a), "\n") + "\n"
		if a.url != store.URL() {
			got = asDocumented().Replace(got)
		}
		if *update && a.url != store.URL() {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("(-written down +answered):\n%s", diff)
		}
	}
	t.Run("store", func(t *testing.T) {
		t.Parallel()
		compare(t, account{store.URL(), store.Account(), store.Key()})
	})
	t.Run("azurite", func(t *testing.T) {
		t.Parallel()
		a := emulator.Account(t)
		compare(t, account{a.Endpoint, a.Name, a.Key})
	})
}

func start(t *testing.T, o blobstore.Options) *blobstore.Store {
	t.Helper()
	store, err := blobstore.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// A premium account refuses append blobs, and the SDK reads a long list and a
// large blob whole.
func TestLarge(t *testing.T) {
	t.Parallel()
	store := start(t, blobstore.Options{Premium: true})
	client, err := service.NewClientFromConnectionString(store.ConnectionString(), nil)
	if err != nil {
		t.Fatal(err)
	}
	own := client.NewContainerClient("large")
	if _, err := own.Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, err = own.NewAppendBlobClient("x").Create(t.Context(), nil)
	if refused, ok := errors.AsType[*azcore.ResponseError](err); !ok || refused.ErrorCode != "BlobTypeNotSupported" {
		t.Errorf("append blob: %v", err)
	}
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	if _, err := own.NewBlockBlobClient("large").UploadStream(t.Context(), bytes.NewReader(want), nil); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := own.NewBlobClient("large").DownloadBuffer(t.Context(), got, nil); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read: %v, same %v", err, bytes.Equal(got, want))
	}
}

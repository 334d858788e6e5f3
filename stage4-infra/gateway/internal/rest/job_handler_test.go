package rest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

const runID = "55555555-5555-4555-8555-555555555555"

var reported = &orderv1.JobExecution{
	Id: runID, JobName: "daily_sales_report", Window: "2026-11-20", Trigger: orderv1.JobTrigger_JOB_TRIGGER_API,
	Status: orderv1.JobStatus_JOB_STATUS_SUCCEEDED, Attempt: 2,
	StartedAt: &timestamppb.Timestamp{Seconds: 1_780_000_000}, FinishedAt: &timestamppb.Timestamp{Seconds: 1_780_000_001},
	Result: &structpb.Struct{Fields: map[string]*structpb.Value{"bytes": structpb.NewNumberValue(42)}},
}

const reportedJSON = `{"id":"` + runID + `","job":"daily_sales_report","window":"2026-11-20","trigger":"API","status":"SUCCEEDED",
	"attempt":2,"started_at":"2026-05-28T20:26:40Z","finished_at":"2026-05-28T20:26:41Z","result":{"bytes":42}}`

// fakeJobs has one run of one job. The window of the day after fails.
type fakeJobs struct{ orderv1.JobServiceClient }

func (fakeJobs) RunJob(_ context.Context, in *orderv1.RunJobRequest, _ ...grpc.CallOption) (*orderv1.RunJobResponse, error) {
	if in.GetName() != reported.GetJobName() {
		return nil, errs.New(errs.NotFound, "JOB_NOT_FOUND", "there is no job of this name")
	}
	return &orderv1.RunJobResponse{Execution: reported, Replayed: in.GetWindow() == reported.GetWindow()}, nil
}

func (fakeJobs) GetJobExecution(
	context.Context, *orderv1.GetJobExecutionRequest, ...grpc.CallOption,
) (*orderv1.GetJobExecutionResponse, error) {
	return &orderv1.GetJobExecutionResponse{Execution: reported}, nil
}

func (fakeJobs) ListJobExecutions(
	_ context.Context, in *orderv1.ListJobExecutionsRequest, _ ...grpc.CallOption,
) (*orderv1.ListJobExecutionsResponse, error) {
	return &orderv1.ListJobExecutionsResponse{
		Executions: []*orderv1.JobExecution{reported}, Page: in.GetPage(), PageSize: 20, Total: 41,
	}, nil
}

func (fakeJobs) BackfillJob(
	_ context.Context, in *orderv1.BackfillJobRequest, _ ...grpc.CallOption,
) (*orderv1.BackfillJobResponse, error) {
	return &orderv1.BackfillJobResponse{Results: []*orderv1.WindowResult{
		{Window: in.GetFrom(), Execution: reported},
		{Window: in.GetTo(), Code: 5000, Reason: "JOB_FAILED", Message: "the job failed, its execution says why"},
	}}, nil
}

func TestRunJob_CreatedThenReplayed(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	made := g.do(http.MethodPost, "/v1/admin/jobs/daily_sales_report/runs", `{"window":"2026-11-19"}`)
	assert.Equal(t, http.StatusCreated, made.Code)
	assert.Equal(t, "/v1/admin/jobs/daily_sales_report/runs/"+runID, made.Header().Get("Location"))
	assert.Empty(t, made.Header().Get("Idempotency-Replayed"))
	assert.JSONEq(t, reportedJSON, string(made.body.Data))

	again := g.do(http.MethodPost, "/v1/admin/jobs/daily_sales_report/runs", `{"window":"2026-11-20"}`)
	assert.Equal(t, "true", again.Header().Get("Idempotency-Replayed"))

	shown := g.do(http.MethodGet, made.Header().Get("Location"), "")
	assert.JSONEq(t, reportedJSON, string(shown.body.Data))
	page := g.do(http.MethodGet, "/v1/admin/jobs/daily_sales_report/runs?page=3", "")
	assert.JSONEq(t, `{"runs":[`+reportedJSON+`],"page":3,"page_size":20,"total":41}`, string(page.body.Data))
}

func TestBackfill_HasAResultForEachWindow(t *testing.T) {
	t.Parallel()
	a := newGateway(t, nil).do(http.MethodPost, "/v1/admin/jobs/daily_sales_report/backfills", `{"from":"2026-11-20","to":"2026-11-21"}`)

	assert.Equal(t, http.StatusOK, a.Code, "a failed window does not fail the others")
	assert.JSONEq(t, `{"results":[{"window":"2026-11-20","code":0,"run":`+reportedJSON+`},
		{"window":"2026-11-21","code":5000,"reason":"JOB_FAILED","message":"the job failed, its execution says why"}]}`, string(a.body.Data))
}

func TestJob_InvalidWindow_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, c := range []struct{ path, body, field, message string }{
		{"runs", `{}`, "window", "is required"},
		{"runs", `{"window":"yesterday"}`, "window", "must be a day such as 2026-11-20"},
		{"backfills", `{"from":"2026-11-20"}`, "to", "is required"},
		{"backfills", `{"from":"2026-11-31","to":"2026-11-20"}`, "from", "must be a day such as 2026-11-20"},
	} {
		a := g.do(http.MethodPost, "/v1/admin/jobs/daily_sales_report/"+c.path, c.body)
		assert.Equal(t, http.StatusBadRequest, a.Code, c.body)
		if assert.Len(t, a.body.Fields, 1, c.body) {
			assert.Equal(t, c.field, a.body.Fields[0].Field)
			assert.Equal(t, c.message, a.body.Fields[0].Message)
		}
	}
	unknown := g.do(http.MethodPost, "/v1/admin/jobs/another/runs", `{"window":"2026-11-20"}`)
	assert.Equal(t, http.StatusNotFound, unknown.Code)
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodGet, "/v1/admin/jobs/daily_sales_report/runs/17", "").Code)
}

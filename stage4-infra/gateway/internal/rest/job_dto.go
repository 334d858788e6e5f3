package rest

import (
	"strings"
	"time"

	"github.com/samber/lo"

	orderv1 "shop/gen/order/v1"
)

type jobURI struct {
	Name string `uri:"name" binding:"required,max=64"`
}

type jobRunURI struct {
	jobURI
	ID string `uri:"id" binding:"required,uuid_rfc4122"`
}

type jobRunsQuery struct {
	Page     int32 `form:"page,default=1" binding:"min=1"`
	PageSize int32 `form:"page_size" binding:"min=0"`
}

type runJobBody struct {
	Window string `json:"window" binding:"required,datetime=2006-01-02"`
}

type backfillJobBody struct {
	From string `json:"from" binding:"required,datetime=2006-01-02"`
	To   string `json:"to" binding:"required,datetime=2006-01-02"`
}

type jobRunJSON struct {
	ID         string         `json:"id"`
	Job        string         `json:"job"`
	Window     string         `json:"window"`
	Trigger    string         `json:"trigger"`
	Status     string         `json:"status"`
	Attempt    int32          `json:"attempt"`
	StartedAt  time.Time      `json:"started_at"`
	FinishedAt *time.Time     `json:"finished_at,omitempty"`
	Error      string         `json:"error,omitempty"`
	Result     map[string]any `json:"result,omitempty"`
}

type jobRunPageJSON struct {
	Runs     []jobRunJSON `json:"runs"`
	Page     int32        `json:"page"`
	PageSize int32        `json:"page_size"`
	Total    int64        `json:"total"`
}

type backfillJSON struct {
	Results []windowResultJSON `json:"results"`
}

type windowResultJSON struct {
	Window  string      `json:"window"`
	Code    int32       `json:"code"`
	Reason  string      `json:"reason,omitempty"`
	Message string      `json:"message,omitempty"`
	Run     *jobRunJSON `json:"run,omitempty"`
}

func fromJobRun(e *orderv1.JobExecution) jobRunJSON {
	run := jobRunJSON{
		ID:        e.GetId(),
		Job:       e.GetJobName(),
		Window:    e.GetWindow(),
		Trigger:   strings.TrimPrefix(e.GetTrigger().String(), "JOB_TRIGGER_"),
		Status:    strings.TrimPrefix(e.GetStatus().String(), "JOB_STATUS_"),
		Attempt:   e.GetAttempt(),
		StartedAt: e.GetStartedAt().AsTime(),
		Error:     e.GetError(),
		Result:    e.GetResult().AsMap(),
	}
	if e.GetFinishedAt() != nil {
		run.FinishedAt = lo.ToPtr(e.GetFinishedAt().AsTime())
	}
	return run
}

func fromJobRuns(page *orderv1.ListJobExecutionsResponse) jobRunPageJSON {
	return jobRunPageJSON{
		Runs: lo.Map(page.GetExecutions(), func(e *orderv1.JobExecution, _ int) jobRunJSON { return fromJobRun(e) }),
		Page: page.GetPage(), PageSize: page.GetPageSize(), Total: page.GetTotal(),
	}
}

func fromBackfill(results []*orderv1.WindowResult) backfillJSON {
	return backfillJSON{Results: lo.Map(results, func(r *orderv1.WindowResult, _ int) windowResultJSON {
		out := windowResultJSON{Window: r.GetWindow(), Code: r.GetCode(), Reason: r.GetReason(), Message: r.GetMessage()}
		if r.GetExecution() != nil {
			out.Run = lo.ToPtr(fromJobRun(r.GetExecution()))
		}
		return out
	})}
}

package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// JobHandler serves /v1/admin/jobs. The order service decides who is an admin.
type JobHandler struct{ jobs orderv1.JobServiceClient }

// NewJobHandler returns the handler for this client.
func NewJobHandler(jobs orderv1.JobServiceClient) *JobHandler { return &JobHandler{jobs: jobs} }

// Register implements Handler.
func (h *JobHandler) Register(v1 gin.IRouter) {
	v1.POST("/admin/jobs/:name/runs", h.run)
	v1.GET("/admin/jobs/:name/runs", h.list)
	v1.GET("/admin/jobs/:name/runs/:id", h.get)
	v1.POST("/admin/jobs/:name/backfills", h.backfill)
}

// run needs no idempotency key: the window is one.
func (h *JobHandler) run(c *gin.Context) {
	uri, ok := bindURI[jobURI](c)
	if !ok {
		return
	}
	body, ok := bindBody[runJobBody](c)
	if !ok {
		return
	}
	answer, err := h.jobs.RunJob(c.Request.Context(), &orderv1.RunJobRequest{Name: uri.Name, Window: body.Window})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	run := answer.GetExecution()
	c.Header("Location", "/v1/admin/jobs/"+run.GetJobName()+"/runs/"+run.GetId())
	reply.Data(c, http.StatusCreated, fromJobRun(run))
}

func (h *JobHandler) list(c *gin.Context) {
	uri, ok := bindURI[jobURI](c)
	if !ok {
		return
	}
	query, ok := bindQuery[jobRunsQuery](c)
	if !ok {
		return
	}
	answer, err := h.jobs.ListJobExecutions(c.Request.Context(), &orderv1.ListJobExecutionsRequest{
		Name: uri.Name, Page: query.Page, PageSize: query.PageSize,
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromJobRuns(answer))
}

func (h *JobHandler) get(c *gin.Context) {
	uri, ok := bindURI[jobRunURI](c)
	if !ok {
		return
	}
	answer, err := h.jobs.GetJobExecution(c.Request.Context(), &orderv1.GetJobExecutionRequest{Name: uri.Name, Id: uri.ID})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromJobRun(answer.GetExecution()))
}

// backfill is answered with 200 when each window has a result, even if none is done.
func (h *JobHandler) backfill(c *gin.Context) {
	uri, ok := bindURI[jobURI](c)
	if !ok {
		return
	}
	body, ok := bindBody[backfillJobBody](c)
	if !ok {
		return
	}
	answer, err := h.jobs.BackfillJob(c.Request.Context(), &orderv1.BackfillJobRequest{Name: uri.Name, From: body.From, To: body.To})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromBackfill(answer.GetResults()))
}

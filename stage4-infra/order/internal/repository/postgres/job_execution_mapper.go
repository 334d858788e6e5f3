package postgres

import (
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

func toExecutions(rows []gen.JobExecution) []job.Execution {
	executions := make([]job.Execution, len(rows))
	for i, row := range rows {
		executions[i] = toExecution(row)
	}
	return executions
}

func toExecution(row gen.JobExecution) job.Execution {
	e := job.Execution{
		ID:        row.ID,
		Job:       row.JobName,
		Window:    row.JobWindow,
		Trigger:   job.Trigger(row.Trigger),
		Status:    job.Status(row.Status),
		Attempt:   int(row.Attempt),
		Fence:     row.Fence.Int64,
		StartedAt: row.StartedAt.UTC(),
		Error:     row.Error,
		Result:    row.Result,
	}
	if row.FinishedAt.Valid {
		e.FinishedAt = row.FinishedAt.Time.UTC()
	}
	return e
}

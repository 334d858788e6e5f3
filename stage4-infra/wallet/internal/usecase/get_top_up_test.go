package usecase_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"shop/platform/errs"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

func TestGetTopUp_IsForTheOwnerAndAdmins(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	id := f.mustPay(500).Payment.ID

	assert.Equal(t, domain.PaymentBooked, f.status(id))
	_, err := f.show.Execute(t.Context(), dto.Caller{UserID: uuid.NewString(), Admin: true}, id)
	assert.NoError(t, err)
	_, err = f.show.Execute(t.Context(), dto.Caller{UserID: uuid.NewString()}, id)
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = f.show.Execute(t.Context(), f.user, "mine")
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
}
